{#- A UTC timestamp as a CRM takes it: 2026-01-31T07:00:00Z. -#}
{% macro utc_text(moment) -%}
strftime({{ moment }}, '%Y-%m-%dT%H:%M:%SZ')
{%- endmacro %}
