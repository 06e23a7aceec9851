{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns',
    )
}}
with scores as (

    select * from {{ ref('int_lead_scores') }}

),

lead_reasons as (

    select
        lead_id,
        list(
            case direction when 'for' then '+' else '-' end || topic
            order by rank
        ) as reasons
    from {{ ref('int_lead_reasons') }}
    group by lead_id

),

tier_policies as (

    select * from {{ ref('tier_policies') }}

),

tiers as (

    {{ tiers('tier_policies', var('tier_policy')) }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- What each lead was told last. An empty table has told nothing.
told as (

    {%- if is_incremental() %}
    select * from {{ this }}
    qualify row_number() over (partition by lead_id order by as_of desc) = 1
    {%- else %}
    select
        cast(null as varchar) as lead_id,
        cast(null as timestamp) as as_of,
        false as is_open,
        cast(null as double) as score,
        cast(null as varchar) as tier,
        cast(null as integer) as tier_rank,
        cast(null as varchar) as policy_tier,
        cast(null as varchar[]) as reasons,
        cast(null as varchar) as model_version
    where false
    {%- endif %}

),

with_what_was_told as (

    select
        scores.*,
        coalesce(lead_reasons.reasons, []) as reasons,
        told.tier_rank as told_tier_rank

    from scores
    left join lead_reasons on scores.lead_id = lead_reasons.lead_id
    left join told on scores.lead_id = told.lead_id

),

placed as (

    select
        leads.*,
        {{ tier_of(
            'tiers.tiers', 'leads.exact_score', 'leads.exact_percentile', 'leads.told_tier_rank',
            var('tier_hysteresis')
        ) }} as placed_tier

    from with_what_was_told as leads
    cross join tiers

),

open_leads as (

    select
        lead_id,
        as_of,
        true as is_open,
        account_id,

        conversion_probability,
        score,
        score_percentile,
        placed_tier.tier as tier,
        placed_tier.tier_rank as tier_rank,
        tier as policy_tier,
        fit_score,
        engagement_score,
        grade,
        reasons,

        model_version,
        model_kind,
        feature_set_version,
        run_id,
        scored_at

    from placed

),

closed_leads as (

    select
        told.lead_id,
        run_context.as_of,
        false as is_open,
        run_context.run_id,
        run_context.started_at as scored_at
    from told
    cross join run_context
    where told.is_open and told.lead_id not in (select scores.lead_id from scores)

),

now as (

    select * from open_leads
    union all by name
    select * from closed_leads

),

last_told as (

    select max(as_of) as as_of from told

),

final as (

    select now.*
    from now
    cross join last_told
    left join told on now.lead_id = told.lead_id
    where
        -- What was told is not told again in other words, and the past is not told afterwards.
        now.as_of > coalesce(last_told.as_of, timestamp '-infinity')
        and (
            now.is_open is distinct from told.is_open
            or now.score is distinct from told.score
            or now.tier is distinct from told.tier
            or now.policy_tier is distinct from told.policy_tier
            or now.model_version is distinct from told.model_version
            or {{ leading_reasons('now.reasons') }} is distinct from {{ leading_reasons('told.reasons') }}
        )

)

select * from final
