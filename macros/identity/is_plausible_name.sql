{#- Whether a person's first and last name, normalised, look like a name: both there, no digits, and neither a
    placeholder such as "test" or "unknown". `placeholders`: relation with a column `name`. -#}
{% macro is_plausible_name(first_name, last_name, placeholders) -%}
(
    {{ first_name }} is not null
    and {{ last_name }} is not null
    and not regexp_matches({{ first_name }} || {{ last_name }}, '\p{N}')
    and {{ first_name }} not in (select {{ placeholders }}.name from {{ placeholders }})
    and {{ last_name }} not in (select {{ placeholders }}.name from {{ placeholders }})
)
{%- endmacro %}
