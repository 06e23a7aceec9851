{{ config(materialized='view') }}
select
    destination,
    lead_id,
    withheld_because as reason
from {{ ref('int_crm_addresses') }}
where withheld_because is not null
