{#- The timestamp `days` days after another; `days` is a number or an SQL expression of one, negative for before. -#}
{% macro days_after(moment, days) %}
    {{- return(adapter.dispatch("days_after", "leadhouse")(moment, days)) -}}
{% endmacro %}

{% macro default__days_after(moment, days) -%}
    ({{ moment }} + to_microseconds(cast(({{ days }}) * 8.64e10 as bigint)))
{%- endmacro %}
