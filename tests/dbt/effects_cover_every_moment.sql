-- Every feature's bins hold all moments of the newest origin's test and all open leads, each once.
with effects as (

    select
        feature_name,
        sum(count_moments) as count_moments,
        sum(count_open_leads) as count_open_leads
    from {{ ref('model_feature_effects') }}
    group by feature_name

),

moments_by_origin as (

    select
        origin_at,
        count(*) as count_moments
    from {{ ref('int_test_predictions') }}
    where contestant = 'champion' and split = 'forward'
    group by origin_at

),

expected as (

    select
        coalesce(arg_max(count_moments, origin_at), 0) as count_moments,
        (select count(*) from {{ ref('int_lead_scores') }}) as count_open_leads
    from moments_by_origin

)

select effects.*
from effects
cross join expected
where
    effects.count_moments != expected.count_moments
    or effects.count_open_leads != expected.count_open_leads
