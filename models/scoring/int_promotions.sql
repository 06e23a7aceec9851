with models as (

    select * from {{ ref('lead_models') }}

),

decisions as (

    select * from {{ source('operations', 'model_decisions') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

promotions as (

    select
        model_version,
        trained_as_of as promoted_as_of,
        training_run as after_training_run,
        0 as is_decision,
        null as decided_at
    from models
    where is_promoted

    union all

    select
        model_version,
        decided_as_of as promoted_as_of,
        after_training_run,
        1 as is_decision,
        decided_at
    from decisions

),

-- What came last scores: a training, a recalibration or what people decided. A model may come more than once.
ranked as (

    select
        models.model_version,
        row_number() over (
            order by
                promotions.promoted_as_of desc,
                promotions.after_training_run desc,
                promotions.is_decision desc,
                promotions.decided_at desc
        ) as promotion_rank

    from promotions
    inner join models on promotions.model_version = models.model_version
    cross join run_context
    where
        promotions.promoted_as_of <= run_context.as_of
        and models.trained_as_of <= run_context.as_of
        and models.horizon_days = run_context.label_horizon_days

),

versions as (

    select
        model_version,
        min(promotion_rank) as promotion_rank
    from ranked
    group by model_version

),

final as (

    select
        model_version,
        promotion_rank,
        {{ model_fault(ref('lead_models'), 'model_version') }} as fault

    from versions

)

select * from final
