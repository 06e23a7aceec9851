with

leads as (

    select * from {{ ref('int_canonical_leads') }}

),

links as (

    select * from {{ ref('int_lead_links') }}

),

-- A link explains both of its ends.
ends as (

    select
        lead_id,
        linked_lead_id as other_lead_id,
        linked_lead_number as other_lead_number,
        reason,
        known_at

    from links

    union all

    select
        linked_lead_id as lead_id,
        lead_id as other_lead_id,
        lead_number as other_lead_number,
        reason,
        known_at

    from links

),

first_links as (

    select
        lead_id,
        min(struct_pack(
            known_at := known_at,
            other_lead_number := other_lead_number,
            reason := reason,
            other_lead_id := other_lead_id
        )) as link

    from ends
    group by lead_id

),

final as (

    select
        leads.lead_id,
        leads.canonical_lead_id,
        first_links.link['reason'] || ' as lead ' || first_links.link['other_lead_id'] as reason,
        leads.known_at as merged_at

    from leads
    inner join first_links
        on leads.lead_id = first_links.lead_id
    where leads.lead_id <> leads.canonical_lead_id

)

select * from final
