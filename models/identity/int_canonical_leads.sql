with

leads as (

    select * from {{ ref('int_leads') }}

),

clusters as (

    select * from {{ ref('int_lead_clusters') }}

),

final as (

    select
        leads.lead_id,
        coalesce(canonical.lead_id, leads.lead_id) as canonical_lead_id,
        greatest(leads.created_at, clusters.merged_at) as known_at

    from leads
    left join clusters
        on leads.lead_number = clusters.lead_number
    left join leads as canonical
        on clusters.canonical_lead_number = canonical.lead_number

)

select * from final
