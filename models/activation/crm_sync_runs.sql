{{ config(materialized='view') }}
with syncs as (

    select * from {{ source('crm_operations', 'crm_syncs') }}

),

log as (

    select * from {{ ref('crm_sync_log') }}

),

counts as (

    select
        sync_id,
        count(distinct lead_id) as count_leads,
        count(distinct lead_id) filter (where status = 'told') as count_told,
        count(distinct lead_id) filter (where status = 'refused') as count_refused,
        count(distinct lead_id) filter (where is_leaving and status in ('told', 'missing')) as count_emptied,
        count(distinct lead_id) filter (where status is not null) as count_answered
    from log
    group by sync_id

),

calls as (

    select distinct
        sync_id,
        request_id,
        attempt
    from log
    where attempt is not null

),

call_counts as (

    select
        sync_id,
        count(*) as count_calls,
        count(*) filter (where attempt > 1) as count_retries
    from calls
    group by sync_id

),

final as (

    select
        syncs.sync_id,
        syncs.destination,
        syncs.outcome,

        coalesce(counts.count_leads, 0) as count_leads,
        coalesce(counts.count_told, 0) as count_told,
        coalesce(counts.count_refused, 0) as count_refused,
        coalesce(counts.count_emptied, 0) as count_emptied,
        coalesce(counts.count_leads, 0) - coalesce(counts.count_answered, 0) as count_unanswered,
        coalesce(call_counts.count_calls, 0) as count_calls,
        coalesce(call_counts.count_retries, 0) as count_retries,

        syncs.summary,
        syncs.started_at,
        syncs.ended_at

    from syncs
    left join counts on syncs.sync_id = counts.sync_id
    left join call_counts on syncs.sync_id = call_counts.sync_id

)

select * from final
