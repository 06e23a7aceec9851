with attributes as (

    select * from {{ ref('int_lead_attributes') }}

),

buying_group_roles as (

    select * from {{ ref('buying_group_roles') }}

),

final as (

    select
        attributes.lead_id,
        buying_group_roles.role,
        buying_group_roles.attribute,
        attributes.valid_from,
        attributes.valid_to

    from attributes
    inner join buying_group_roles
        on
            buying_group_roles.value = case buying_group_roles.attribute
                when 'seniority' then attributes.seniority
                when 'department' then attributes.department
            end

)

select * from final
