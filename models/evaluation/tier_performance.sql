with told as (

    select * from {{ ref('int_told_tiers') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

tiers as (

    select
        tier,
        tier_rank
    from {{ ref('tier_policies') }}
    where policy = '{{ var("tier_policy") }}'

),

run_context as (

    select * from {{ ref('run_context') }}

),

leads as (

    select
        evaluations.evaluation_id,
        told.tier,
        told.lead_id,
        count(*) as count_moments,
        count(*) filter (where told.label) as count_conversions

    from told
    inner join evaluations
        on
            told.model_version = evaluations.model_version
            and told.split = evaluations.split
            and told.contestant = evaluations.contestant
            and told.origin_at = coalesce(evaluations.origin_at, told.origin_at)
    group by evaluations.evaluation_id, told.tier, told.lead_id

),

told_tiers as (

    select
        evaluation_id,
        tier,
        cast(sum(count_moments) as bigint) as count_moments,
        count(*) as count_leads,
        cast(sum(count_conversions) as bigint) as count_conversions,
        sum(count_conversions) / sum(count_moments) as conversion_rate,
        {{ effective_count('count_moments', 'count_conversions') }} as effective_count

    from leads
    group by evaluation_id, tier

),

-- a tier that nobody was in is a row too
all_tiers as (

    select
        evaluations.evaluation_id,
        evaluations.model_version,
        evaluations.split,
        evaluations.origin_at,
        evaluations.contestant,
        tiers.tier,
        tiers.tier_rank,
        coalesce(told_tiers.count_moments, 0) as count_moments,
        coalesce(told_tiers.count_leads, 0) as count_leads,
        coalesce(told_tiers.count_conversions, 0) as count_conversions,
        told_tiers.conversion_rate,
        told_tiers.effective_count

    from evaluations
    cross join tiers
    left join told_tiers
        on evaluations.evaluation_id = told_tiers.evaluation_id and tiers.tier = told_tiers.tier

),

intervals as (

    select
        *,
        {{ wilson_bound('low', 'conversion_rate', 'effective_count') }} as conversion_rate_low,
        {{ wilson_bound('high', 'conversion_rate', 'effective_count') }} as conversion_rate_high,
        last_value(conversion_rate) over (
            partition by evaluation_id
            order by tier_rank
            rows between unbounded preceding and unbounded following
        ) as last_tiers_rate
    from all_tiers

),

final as (

    select
        -- ids
        intervals.model_version,
        intervals.split,
        intervals.origin_at,
        intervals.contestant,
        intervals.tier,
        intervals.tier_rank,

        -- counts
        intervals.count_moments,
        intervals.count_leads,
        intervals.count_conversions,

        -- rates
        intervals.conversion_rate,
        intervals.conversion_rate_low,
        intervals.conversion_rate_high,
        intervals.conversion_rate / nullif(intervals.last_tiers_rate, 0) as rate_against_last_tier,

        '{{ var("tier_policy") }}' as tier_policy,
        run_context.as_of

    from intervals
    cross join run_context

)

select * from final
