{#- The days of a window in words: 24 hours, 7 days. -#}
{% macro window_words(days) -%}
    case when {{ days }} = 1 then '24 hours' else {{ days }} || ' days' end
{%- endmacro %}
