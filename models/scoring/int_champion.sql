with models as (

    select * from {{ ref('lead_models') }}

),

promotions as (

    select * from {{ ref('int_promotions') }}

),

-- Rather no scores than those of a model that is not what was trained.
chosen as (

    select
        coalesce(
            arg_min(model_version, promotion_rank) filter (where fault is null),
            error(
                'No model that was promoted can score. ' || arg_min(model_version, promotion_rank)
                || ' is refused: ' || arg_min(fault, promotion_rank)
                || ' Go back to a copy of the warehouse from before, or remove what is refused from '
                || 'trained_models and build again, so that it is trained anew (docs/models.md says how).'
            )
        ) as model_version
    from promotions
    having count(*) > 0

),

final as (

    select models.*
    from models
    inner join chosen on models.model_version = chosen.model_version

)

select * from final
