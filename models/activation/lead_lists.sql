{{ config(materialized='view') }}
with scores as (

    select * from {{ ref('lead_scores') }}

),

tiers as (

    select * from {{ ref('int_lead_tiers') }}

),

fields as (

    select * from {{ ref('int_crm_fields') }}

),

history as (

    select * from {{ ref('int_score_history') }}

),

leads as (

    select
        scores.*,
        tiers.tier_rank,
        fields.reason_1
    from scores
    inner join tiers on scores.lead_id = tiers.lead_id
    inner join fields on scores.lead_id = fields.lead_id

),

best_tiers as (

    select
        leads.lead_id,
        arg_min(history.tier, history.tier_rank) as tier,
        min(history.tier_rank) as tier_rank
    from leads
    inner join history
        on
            leads.lead_id = history.lead_id
            and leads.as_of >= history.valid_from
            and {{ days_after('leads.as_of', -30) }} < coalesce(history.valid_to, 'infinity')
    group by leads.lead_id

),

final as (

    select
        'hot' as list,
        lead_id,
        coalesce(reason_1, 'In the first tier.') as reason,
        score,
        tier
    from leads
    where tier_rank = 1

    union all

    select
        're_engage' as list,
        leads.lead_id,
        'Falling, and ' || best_tiers.tier || ' within the last 30 days.' as reason,
        leads.score,
        leads.tier
    from leads
    inner join best_tiers on leads.lead_id = best_tiers.lead_id
    where leads.trend = 'falling' and best_tiers.tier_rank < leads.tier_rank

    union all

    select
        'nurture' as list,
        lead_id,
        'A good fit that is asleep: grade ' || grade || '.' as reason,
        score,
        tier
    from leads
    where grade in ('A3', 'A4', 'B3', 'B4') and tier_rank > 1

)

select * from final
