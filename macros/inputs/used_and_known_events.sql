{# used_and_known, of all events or of some rows of base_events: what stg_events is. #}
{% macro used_and_known_events(rows=none) %}
{#- Clocks differ by some seconds: nothing happens after it is known. -#}
{{ used_and_known(
    'events',
    replaced={
        'occurred_at': 'least(occurred_at, received_at)',
        'received_at': 'coalesce(received_at, occurred_at)',
    },
    left_out=['file_stamp', 'arrived_at', 'built_at', 'edition'],
    rows=rows,
) }}
{% endmacro %}
