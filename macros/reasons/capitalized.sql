{#- A text with a capital first letter. -#}
{% macro capitalized(text) -%}
    (upper({{ text }}[1]) || {{ text }}[2:])
{%- endmacro %}
