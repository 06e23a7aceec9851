{{ config(materialized='view') }}
select
    changes.entity_id as lead_id,
    leads.* exclude (lead_id),
    leads.lead_id is not null as is_open,
    changes.updated_at

from {{ ref('int_reverse_etl_changes') }} as changes
left join {{ ref('int_reverse_etl_leads') }} as leads on changes.entity_id = leads.lead_id
where changes.entity = 'lead'
