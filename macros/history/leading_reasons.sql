{#-
    The three strongest reasons for a lead, in any order: reasons that are about as strong change places from day to
    day, and that is no news.
-#}
{% macro leading_reasons(reasons) -%}
    list_sort(list_filter({{ reasons }}, lambda reason: starts_with(reason, '+'))[1:3])
{%- endmacro %}
