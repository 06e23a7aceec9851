{#
    The leads whose standing entries in this model's table may be wrong, not only incomplete, since it was last built:
    those whose events have got another owner or another verdict, and those with an entry that is not known yet, where
    as_of has moved back. Events that were nobody's before only add to what is there.
#}
{% macro leads_to_redo() %}
select unnest(owners.lead_ids) as lead_id
from {{ ref('int_event_owners') }} as owners
where
    owners.built_at > {{ watermark() }}
    and owners.built_at > owners.found_at

union

select unnest(owners.lead_ids) as lead_id
from {{ ref('base_events') }} as events
inner join {{ ref('int_event_owners') }} as owners
    on
        coalesce(events.lead_id, events.anonymous_id) = owners.event_key
        and case when events.lead_id is null then 'visitor' else 'lead' end = owners.key_kind
where
    events.built_at > {{ watermark() }}
    and events.built_at > events.arrived_at

union

select standing.lead_id
from {{ this }} as standing
where standing.known_at > (select run_context.as_of from {{ ref('run_context') }} as run_context)
{% endmacro %}
