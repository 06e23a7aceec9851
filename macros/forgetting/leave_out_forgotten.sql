{#
    The raw views over what is handed over, without those who were forgotten; views that count what was handed over and
    what of it is left out; and, once somebody was forgotten, all events are to be read again. Statements.
#}
{% macro leave_out_forgotten() %}
    {% set raw = raw_views_schema() %}
    {% set is_needed = has_forgotten() %}
    {% for table in input_tables() %}
        create or replace view {{ raw }}.{{ table }} as
        {{ without_forgotten(table, raw ~ '.handed_over_' ~ table, is_needed) }};
    {% endfor %}
    create or replace view {{ raw }}.arrived_events as
    {{ without_forgotten('events', raw ~ '.handed_over_arrived_events', is_needed) }};
    create or replace view {{ raw }}.event_files as select * from {{ raw }}.handed_over_event_files;
    create or replace view {{ raw }}.events_reread as
    select reason from {{ raw }}.handed_over_events_reread
    {%- if is_needed and events_read() %}
    union all
    select 'a person was forgotten' as reason
    where
        (select max(suppressed_at) from {{ operations_schema() }}.suppressions)
        > (select min(built_at) from {{ target.schema }}.base_events)
    {%- endif %};
    create or replace view {{ raw }}.rows_handed_over as
    {%- for table in input_tables() %}
    select '{{ table }}' as input_table, count(*) as count_rows from {{ raw }}.handed_over_{{ table }}
    {{ 'union all' if not loop.last }}
    {%- endfor %};
    create or replace view {{ raw }}.rows_left_out as
    {%- for table in input_tables() %}
    select
        '{{ table }}' as input_table,
        {%- if is_needed %}
        count(*) as count_rows
        from {{ with_addresses(table, raw ~ '.handed_over_' ~ table) }} as facts
        cross join {{ forgotten_addresses() }} as forgotten
        where {{ is_forgotten(table) }}
        {%- else %}
        0 as count_rows
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %};
    {%- if is_needed %}
    {{ suppress_who_came_again() }}
    {%- endif %}
{% endmacro %}
