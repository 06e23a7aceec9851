{{ config(materialized='view') }}
select
    changes.entity_id as account_id,
    accounts.* exclude (account_id),
    accounts.account_id is not null as is_open,
    changes.updated_at

from {{ ref('int_reverse_etl_changes') }} as changes
left join {{ ref('int_reverse_etl_accounts') }} as accounts on changes.entity_id = accounts.account_id
where changes.entity = 'account'
