{#
    The first event to be known of each day, session and topic of a lead, from a relation of signal events. Being the
    least of (known_at, occurred_at), it is the same at any later moment.
#}
{% macro first_engagements(events) %}
with

engagement as not materialized (

    select * from {{ events }}
    where signal in {{ signals_where('sign', 'positive') }}

),

days as (

    select
        lead_id,
        cast(occurred_at as date) as active_date,
        min(struct_pack(known_at := known_at, occurred_at := occurred_at)) as first_known

    from engagement
    group by lead_id, cast(occurred_at as date)

),

sessions as (

    select
        lead_id,
        session_id,
        min(struct_pack(known_at := known_at, occurred_at := occurred_at)) as first_known

    from engagement
    where session_id is not null
    group by lead_id, session_id

),

topics as (

    select
        lead_id,
        topic,
        min(struct_pack(known_at := known_at, occurred_at := occurred_at)) as first_known

    from engagement
    where topic is not null
    group by lead_id, topic

),

named as (

    select
        lead_id,
        'day' as kind,
        cast(active_date as varchar) as name,
        first_known
    from days

    union all

    select
        lead_id,
        'session' as kind,
        session_id as name,
        first_known
    from sessions

    union all

    select
        lead_id,
        'topic' as kind,
        topic as name,
        first_known
    from topics

)

select
    *,
    md5_number_lower(concat_ws(' ', lead_id, kind, name)) as entry_hash
from named
{% endmacro %}
