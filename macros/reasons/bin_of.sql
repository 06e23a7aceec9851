{#- The bin of a value as a text: the category itself, or how many of the bounds a number is above. Null stays null. -#}
{% macro bin_of(category, number, bounds) -%}
    coalesce(
        {{ category }},
        case
            when {{ number }} is not null
                then cast(len(list_filter({{ bounds }}, lambda bound: {{ number }} > bound)) as varchar)
        end
    )
{%- endmacro %}
