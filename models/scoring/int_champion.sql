with models as (

    select * from {{ ref('lead_models') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

final as (

    select models.*
    from models
    cross join run_context
    where
        models.is_promoted
        and models.trained_as_of <= run_context.as_of
        and models.horizon_days = run_context.label_horizon_days
    qualify row_number() over (order by models.trained_as_of desc, models.training_run desc) = 1

)

select * from final
