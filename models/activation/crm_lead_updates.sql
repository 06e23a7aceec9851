{{ config(materialized='view') }}
select * exclude (address, record_id)
from {{ ref('int_crm_updates') }}
