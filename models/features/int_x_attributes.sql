with account_attributes as (

    select unnest(map_entries(x_attributes)) as attribute
    from {{ ref('int_account_attributes') }}

),

attributes as (

    select unnest(map_entries(x_attributes)) as attribute
    from {{ ref('int_lead_attributes') }}

    union all

    -- An account's own columns take a prefix, since a lead may have one of the same name.
    select struct_pack(key := 'account_' || attribute.key, value := attribute.value) as attribute
    from account_attributes

),

final as (

    select
        attribute.key as attribute,
        case
            when bool_and({{ boolean_or_number('attribute.value') }} is not null) then 'number'
            else 'category'
        end as type

    from attributes
    where attribute.value is not null
    group by attribute.key

)

select * from final
