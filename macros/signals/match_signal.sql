{#- The name of the first declared signal that an event matches, else 'other_events'. -#}
{% macro match_signal(event_type, url, topic, properties) -%}
    case
        {%- for signal in signals() if signal.event_types %}
        when lower({{ event_type }}) in (
            {%- for event_type_name in signal.event_types -%}
                {{ dbt.string_literal(dbt.escape_single_quotes(event_type_name | lower)) }}{{ ", " if not loop.last }}
            {%- endfor -%})
            {%- for column, patterns in [
            (url, signal.url_like), (topic, signal.topic_like), (properties, signal.properties_like),
        ] if patterns %}
            and (
                {%- for pattern in patterns -%}
                    lower({{ column }}) like {{ dbt.string_literal(dbt.escape_single_quotes(pattern | lower)) }}
                    {{- " or " if not loop.last }}
                {%- endfor -%})
            {%- endfor %}
            then '{{ signal.name }}'
        {%- endfor %}
        else 'other_events'
    end
{%- endmacro %}
