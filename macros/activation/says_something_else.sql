{#-
    Whether one of the properties that are no silent ones says something else than was told: a number that moved by
    its least change, a sentence of other words, another text, or a value where there was none.

    properties  list of {field, property, kind, min_change, is_silent, people_may_change}
    values_now  map of our fields to texts
    told        map of the destination's properties to texts. A property that people may change can be missing, for
                it was left to them.
-#}
{% macro says_something_else(properties, values_now, told) -%}
{%- set now = values_now ~ "[property.field]" -%}
{%- set before = told ~ "[property.property]" -%}
len(list_filter({{ properties }}, lambda property: case
    when property.is_silent or {{ now }} is not distinct from {{ before }} then false
    when {{ before }} is null
        then not property.people_may_change or map_contains({{ told }}, property.property)
    when {{ now }} is null then true
    when property.kind = 'number'
        -- (decimals: 0.3 is 0.1 more than 0.2)
        then round(abs({{ now }}::double - {{ before }}::double), 9) >= property.min_change
    when property.kind = 'sentence' then {{ words_of(now) }} <> {{ words_of(before) }}
    else true
end)) > 0
{%- endmacro %}
