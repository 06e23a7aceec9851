{#- The number that a text says, true and false being 1 and 0; null where it says none. -#}
{% macro boolean_or_number(text) -%}
    coalesce(
        try_cast({{ text }} as double),
        case lower({{ text }}) when 'true' then 1 when 'false' then 0 end
    )
{%- endmacro %}
