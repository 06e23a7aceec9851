{#-
    Whether a property says something else than was told: a number that moved by its least change, a sentence of other
    words, another text, or a value where there was none. A property that people may change can be missing in what was
    told, for it was left to them, and says nothing then.

    kind               of crm_fields
    least_change       of a number
    value_now          SQL for the value that should be there
    told               SQL for a map of the destination's properties to texts
    property           SQL for the name of the property; null where the destination is not told the field
    people_may_change  SQL for whether they may
-#}
{% macro says_something_else(kind, least_change, value_now, told, property, people_may_change) -%}
{%- set before = "map_extract_value(" ~ told ~ ", " ~ property ~ ")" -%}
case
    when {{ property }} is null then false
    when {{ before }} is null
        then
            {{ value_now }} is not null
            and (not {{ people_may_change }} or map_contains({{ told }}, {{ property }}))
    when {{ value_now }} is null then true
    {%- if kind == 'number' %}
    -- (rounded: 0.3 is 0.1 more than 0.2)
    else
        {{ before }} <> cast({{ value_now }} as varchar)
        and round(abs({{ value_now }} - cast({{ before }} as double)), 9) >= {{ least_change }}
    {%- elif kind == 'sentence' %}
    else {{ words_of(before) }} <> {{ words_of(value_now) }}
    {%- else %}
    else {{ before }} <> {{ value_now }}
    {%- endif %}
end
{%- endmacro %}
