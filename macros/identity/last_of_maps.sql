{#- One map out of a list of maps, null included: the last value of each key, without keys last told to be
    empty (''). -#}
{% macro last_of_maps(maps) -%}
map_from_entries(list_filter(
    map_entries(list_reduce(
        list_filter({{ maps }}, lambda m: m is not null),
        lambda earlier, later: map_concat(earlier, later),
        map {}::map(varchar, varchar)
    )),
    lambda entry: entry.value <> ''
))
{%- endmacro %}
