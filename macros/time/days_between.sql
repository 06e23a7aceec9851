{#- Days from one timestamp to another, with fractions, negative when `end` is the earlier. Null if either is. -#}
{% macro days_between(start, end) %}
    {{- return(adapter.dispatch("days_between", "leadhouse")(start, end)) -}}
{% endmacro %}

{% macro default__days_between(start, end) -%}
    ((epoch_us({{ end }}) - epoch_us({{ start }})) / 8.64e10)
{%- endmacro %}
