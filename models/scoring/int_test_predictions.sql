with models as (

    select * from {{ ref('lead_models') }}

),

champion as (

    select * from {{ ref('int_champion') }}

),

test_rows as (

    select * from {{ ref('training_set') }}
    where evaluation_use = 'test'

),

-- The champion is judged by its twin, trained in the same way at the earlier origin, and beside it the rules.
judged as (

    select
        models.model_version,
        models.model_kind
    from models
    inner join champion
        on
            (models.role = 'evaluation' and models.training_run = champion.training_run)
            or (models.role = 'baseline' and models.trained_as_of = champion.trained_as_of)

),

final as (

    select
        test_rows.lead_id,
        test_rows.moment_at,
        test_rows.label,
        judged.model_version,
        judged.model_kind,
        {{ lead_score(ref('lead_models'), 'judged.model_version', 'test_rows') }} as prediction

    from test_rows
    cross join judged

)

select
    * exclude (prediction),
    prediction.margin as margin,
    prediction.probability as probability
from final
