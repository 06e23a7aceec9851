{# Events, a relation of rows of stg_events, given to the lead they belong to: what int_lead_events is of all of them. #}
{% macro lead_events(events) %}
with

visitors as (

    select * from {{ ref('int_visitors') }}

),

leads as (

    select * from {{ ref('int_canonical_leads') }}

),

accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

-- An event that names no lead is its visitor's at that moment.
keyed as (

    select
        *,
        case when lead_id is null then anonymous_id end as unnamed_visitor

    from {{ events }}

),

final as (

    select
        keyed.event_number,
        keyed.event_id,
        leads.canonical_lead_id as lead_id,
        leads.lead_id as source_lead_id,
        accounts.account_id,

        keyed.event_type,
        keyed.url,
        keyed.topic,
        keyed.session_id,
        keyed.duration_seconds,
        keyed.value,
        keyed.properties,

        keyed.occurred_at,
        greatest(keyed.known_at, visitors.known_at, leads.known_at) as known_at

    from keyed
    left join visitors
        on
            keyed.unnamed_visitor = visitors.anonymous_id
            and keyed.occurred_at >= visitors.valid_from
            and keyed.occurred_at < coalesce(visitors.valid_to, timestamp 'infinity')
    inner join leads
        on coalesce(keyed.lead_id, visitors.source_lead_id) = leads.lead_id
    left join accounts
        on leads.canonical_lead_id = accounts.lead_id

)

select * from final
{% endmacro %}
