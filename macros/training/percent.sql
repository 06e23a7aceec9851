{#- A share as text for a sentence: 0.256 is 25.6%. -#}
{% macro percent(share) -%}
    printf('%.1f%%', 100 * ({{ share }}))
{%- endmacro %}
