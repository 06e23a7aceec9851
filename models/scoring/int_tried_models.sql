with models as (

    select * from {{ ref('lead_models') }}

),

champion as (

    select * from {{ ref('int_champion') }}

),

final as (

    select
        models.model_version,
        {{ model_fault(ref('lead_models'), 'models.model_version') }} as fault

    from models
    inner join champion on models.training_run >= champion.training_run
    where models.role in ('evaluation', 'resample')

)

select * from final
