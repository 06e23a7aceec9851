with promotions as (

    select * from {{ ref('int_promotions') }}

),

tried as (

    select * from {{ ref('int_tried_models') }}

),

champion as (

    select * from {{ ref('int_champion') }}

),

models as (

    select * from {{ ref('lead_models') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

scoring as (

    select promotions.*
    from promotions
    inner join champion on promotions.model_version = champion.model_version

),

refused as (

    select
        promotions.model_version,
        promotions.fault as problem,
        promotions.promotion_rank < scoring.promotion_rank as is_passed_over
    from promotions
    cross join scoring
    where promotions.fault is not null

    union all

    select
        model_version,
        fault as problem,
        false as is_passed_over
    from tried
    where fault is not null

),

final as (

    select
        -- ids
        refused.model_version,
        models.model_kind,
        models.role,

        -- what is wrong
        refused.problem,
        refused.is_passed_over,
        scoring.model_version as scored_by_model_version,

        -- times
        models.trained_as_of,
        run_context.as_of

    from refused
    inner join models on refused.model_version = models.model_version
    cross join scoring
    cross join run_context

)

select * from final
