{#- Query: for each row of `records`, the last told value of each attribute, as text, and the moment since when
    it is known (`<attribute>_known_at`). An attribute with a recorded history is read from the history alone.

    records     name of a relation with one row per entity
    changes     relation like int_attribute_changes
    entity      'lead' or 'account', as in `changes`
    key         the column of `records` that names the entity
    known_at    SQL for the moment since when the row of `records` is known
    attributes  names of the columns wanted -#}
{% macro latest_attributes(records, changes, entity, key, known_at, attributes) -%}
select
    {{ records }}.{{ key }},
    {{ known_at }} as known_at,
    {%- for attribute in attributes %}
    case
        when histories.{{ attribute }} is null then {{ records }}.{{ attribute }}::varchar
        else histories.{{ attribute }}['value']
    end as {{ attribute }},
    greatest({{ known_at }}, histories.{{ attribute }}['known_at']) as {{ attribute }}_known_at
    {{- ',' if not loop.last }}
    {%- endfor %}

from {{ records }}
left join (
    select
        entity_id,
        {%- for attribute in attributes %}
        max(struct_pack(known_at := known_at, value := value))
            filter (where attribute = '{{ attribute }}') as {{ attribute }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from {{ changes }}
    where entity = '{{ entity }}'
    group by entity_id
) as histories
    on {{ records }}.{{ key }} = histories.entity_id
{%- endmacro %}
