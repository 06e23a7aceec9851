{# Refuses an as_of that is not a time, before anything is built. #}
{% macro check_as_of() %}
    {% set asked = var('as_of') | string | trim %}
    {% if asked %}
        {% set answer = run_query("select leadhouse_parse_time('" ~ asked | replace("'", "''") ~ "') is not null as is_time") %}
        {% if not answer.columns['is_time'].values()[0] %}
            {% do stop_run(
                "as_of is '" ~ asked ~ "', which is not a time: write 2025-03-31, 2025-03-31 18:00:00 or"
                ~ ' 2025-03-31T18:00:00+02:00.'
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}
