{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['entity', 'entity_id'],
        full_refresh=false,
        on_schema_change='append_new_columns',
    )
}}
with run_context as (

    select * from {{ ref('run_context') }}

),

rows_now as (

    select
        'lead' as entity,
        leads.lead_id as entity_id,
        md5(cast(to_json(leads) as varchar)) as row_hash
    from {{ ref('int_reverse_etl_leads') }} as leads

    union all

    select
        'account' as entity,
        accounts.account_id as entity_id,
        md5(cast(to_json(accounts) as varchar)) as row_hash
    from {{ ref('int_reverse_etl_accounts') }} as accounts

),

known as (

    {%- if is_incremental() %}
    select * from {{ this }}
    {%- else %}
    select
        cast(null as varchar) as entity,
        cast(null as varchar) as entity_id,
        cast(null as varchar) as row_hash
    where false
    {%- endif %}

),

final as (

    select
        coalesce(rows_now.entity, known.entity) as entity,
        coalesce(rows_now.entity_id, known.entity_id) as entity_id,
        rows_now.row_hash,
        run_context.started_at as updated_at

    from rows_now
    full join known on rows_now.entity = known.entity and rows_now.entity_id = known.entity_id
    cross join run_context
    where rows_now.row_hash is distinct from known.row_hash

)

select * from final
