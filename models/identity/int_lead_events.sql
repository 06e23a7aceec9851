with

events as (

    select * from {{ ref('stg_events') }}

),

visitors as (

    select * from {{ ref('int_visitors') }}

),

leads as (

    select * from {{ ref('int_canonical_leads') }}

),

accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

named as (

    select
        *,
        lead_id as source_lead_id,
        known_at as source_lead_known_at

    from events
    where lead_id is not null

    union all

    select
        events.*,
        visitors.source_lead_id,
        greatest(events.known_at, visitors.known_at) as source_lead_known_at

    from events
    inner join visitors
        on events.anonymous_id = visitors.anonymous_id
        and events.occurred_at >= visitors.valid_from
        and (events.occurred_at < visitors.valid_to or visitors.valid_to is null)
    where events.lead_id is null

),

final as (

    select
        named.event_id,
        leads.canonical_lead_id as lead_id,
        named.source_lead_id,
        accounts.account_id,

        named.event_type,
        named.url,
        named.topic,
        named.session_id,
        named.duration_seconds,
        named.value,
        named.properties,

        named.occurred_at,
        greatest(named.source_lead_known_at, leads.known_at) as known_at

    from named
    inner join leads
        on named.source_lead_id = leads.lead_id
    left join accounts
        on leads.canonical_lead_id = accounts.lead_id

)

select * from final
