{# When this build began, UTC: what lies well after it cannot have happened. #}
{% macro build_started_at() -%}
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}'
{%- endmacro %}
