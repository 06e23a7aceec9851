{#- Query: what was known of each canonical entity, and from when: one row per entity and moment at which a
    record of it appeared or an attribute of it changed, each attribute as text with its last told value.

    A record's attribute counts since the record is known, unless the attribute has a recorded history, which
    then alone is believed. Duplicate records fill what the canonical record leaves unknown, latest word first.

    records     relation with one row per source entity, with `x_attributes`
    changes     relation like int_attribute_changes
    members     relation of source entity (`key`), `canonical_<key>` and `known_at`: since when the one belongs
                to the other
    entity      'lead' or 'account', as in `changes`
    key         the column that names the entity
    attributes  names of the columns wanted

    Inside, '' is "told to be empty" and null is "not told". -#}
{% macro attribute_versions(records, changes, members, entity, key, attributes) %}
with

changes as (

    select * from {{ changes }} where entity = '{{ entity }}'

),

histories as (

    select
        entity_id,
        list(distinct attribute) as attributes

    from changes
    group by entity_id

),

told_by_records as (

    select
        members.canonical_{{ key }} as {{ key }},
        members.{{ key }} as source_id,
        members.known_at as valid_from,
        {{ always() }} as told_at,
        {%- for attribute in attributes %}
        case
            when not coalesce(list_contains(histories.attributes, '{{ attribute }}'), false)
                then records.{{ attribute }}::varchar
        end as {{ attribute }},
        {%- endfor %}
        case
            when histories.attributes is null then records.x_attributes
            else map_from_entries(list_filter(
                map_entries(records.x_attributes),
                lambda entry: not list_contains(histories.attributes, entry.key)
            ))
        end as x_attributes

    from {{ records }} as records
    inner join {{ members }} as members
        on records.{{ key }} = members.{{ key }}
    left join histories
        on records.{{ key }} = histories.entity_id

),

told_by_changes as (

    select
        members.canonical_{{ key }} as {{ key }},
        members.{{ key }} as source_id,
        greatest(changes.known_at, members.known_at) as valid_from,
        changes.known_at as told_at,
        {%- for attribute in attributes %}
        max(coalesce(changes.value, '')) filter (where changes.attribute = '{{ attribute }}') as {{ attribute }},
        {%- endfor %}
        map_from_entries(
            list({'key': changes.attribute, 'value': coalesce(changes.value, '')})
                filter (where starts_with(changes.attribute, 'x_'))
        ) as x_attributes

    from changes
    inner join {{ members }} as members
        on changes.entity_id = members.{{ key }}
    group by all

),

told as (

    select * from told_by_records

    union all by name

    select * from told_by_changes

),

-- What was told once needs no carrying forward; by far most entities.
told_once as (

    select {{ key }}
    from told
    group by {{ key }}
    having count(*) = 1

),

carried as (

    select
        {{ key }},
        valid_from,
        {%- for attribute in attributes %}
        coalesce(
            nullif(last_value(case when source_id = {{ key }} then {{ attribute }} end ignore nulls) over so_far, ''),
            nullif(last_value(case when source_id <> {{ key }} then {{ attribute }} end ignore nulls) over so_far, '')
        ) as {{ attribute }},
        {%- endfor %}
        list(x_attributes) filter (where source_id = {{ key }}) over so_far as own_x_attributes,
        list(x_attributes) filter (where source_id <> {{ key }}) over so_far as other_x_attributes

    from told
    where {{ key }} not in (select told_once.{{ key }} from told_once)
    window so_far as (
        partition by {{ key }}
        order by valid_from, told_at, source_id
        rows unbounded preceding
    )
    qualify
        row_number() over (
            partition by {{ key }}, valid_from
            order by told_at desc, source_id desc
        ) = 1

),

final as (

    select
        {{ key }},
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        x_attributes,
        valid_from,
        null::timestamp as valid_to

    from told
    where {{ key }} in (select told_once.{{ key }} from told_once)

    union all

    select
        {{ key }},
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        map_concat(
            {{ last_of_maps('other_x_attributes') }},
            {{ last_of_maps('own_x_attributes') }}
        ) as x_attributes,
        valid_from,
        lead(valid_from) over (partition by {{ key }} order by valid_from) as valid_to

    from carried

)

select * from final
{% endmacro %}
