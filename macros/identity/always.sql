{#- The moment that stands for "always": the earliest that the inputs may hold. A fact known since then has no
    known beginning. -#}
{% macro always() -%}
timestamp '1970-01-01'
{%- endmacro %}
