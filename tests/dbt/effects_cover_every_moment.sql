-- Every feature's bins hold all moments of the test and all open leads, each once.
with effects as (

    select
        feature_name,
        sum(count_moments) as count_moments,
        sum(count_open_leads) as count_open_leads
    from {{ ref('model_feature_effects') }}
    group by feature_name

),

expected as (

    select
        (
            select count(*) from {{ ref('int_test_predictions') }}
            where contestant = 'champion' and split = 'forward'
            and origin_at = (
                select max(newest.origin_at)
                from {{ ref('int_test_predictions') }} as newest
                where newest.contestant = 'champion' and newest.split = 'forward'
            )
        ) as count_moments,
        (select count(*) from {{ ref('int_lead_scores') }}) as count_open_leads

)

select effects.*
from effects
cross join expected
where
    effects.count_moments != expected.count_moments
    or effects.count_open_leads != expected.count_open_leads
