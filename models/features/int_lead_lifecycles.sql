with leads as (

    select * from {{ ref('stg_leads') }}

),

canonical_leads as (

    select * from {{ ref('int_canonical_leads') }}

),

outcomes as (

    select * from {{ ref('stg_outcomes') }}

),

outcomes_of_canonical_leads as (

    select
        canonical_leads.canonical_lead_id as lead_id,
        outcomes.outcome,
        outcomes.deal_value,
        greatest(outcomes.known_at, canonical_leads.known_at) as closed_at

    from outcomes
    inner join canonical_leads on outcomes.lead_id = canonical_leads.lead_id

),

ends as (

    select
        lead_id,
        min(closed_at) as closed_at,
        min(closed_at) filter (where outcome = 'won') as won_at

    from outcomes_of_canonical_leads
    group by lead_id

),

final as (

    select
        leads.lead_id,
        leads.created_at,
        ends.closed_at,
        ends.won_at

    from leads
    inner join canonical_leads
        on leads.lead_id = canonical_leads.lead_id and leads.lead_id = canonical_leads.canonical_lead_id
    left join ends on leads.lead_id = ends.lead_id

)

select * from final
