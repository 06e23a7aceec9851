{{ config(materialized='view') }}
with wanted as (

    select * from {{ ref('int_crm_wanted') }}

),

told as (

    select * from {{ ref('int_crm_told') }}

),

destinations as (

    select * from {{ ref('int_crm_destinations') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

run as (

    select
        run_context.as_of,
        -- What a run as of an earlier moment says is older than what was told.
        run_context.as_of >= coalesce(
            (select max(runs.as_of) from {{ ref('int_told_runs') }} as runs), run_context.as_of
        ) as is_newest
    from {{ ref('run_context') }} as run_context

),

compared as (

    select
        wanted.*,
        told.* exclude (destination, lead_id),
        told.latest.properties::json::map(varchar, varchar) as latest_values,
        destinations.properties as names

    from wanted
    inner join destinations on wanted.destination = destinations.destination
    left join told on wanted.destination = told.destination and wanted.lead_id = told.lead_id

),

open_leads as (

    select
        destination,
        lead_id,
        address,
        record_id,
        case
            when latest is null or (latest.is_leaving and latest.status in ('told', 'missing')) then 'new'
            when latest.status is null then 'again'
            when address <> latest.address then 'moved'
            when {{ says_something_else('names', 'field_values', 'latest_values') }} then 'changed'
            when latest.status = 'refused' then 'refused'
            else 'none'
        end as change,
        false as is_leaving,
        score,
        properties,
        properties_hash,
        told

    from compared

),

leaving_leads as (

    select
        told.destination,
        told.lead_id,
        told.standing.address,
        told.record_id,
        case
            -- Nothing of it is there, or not any more.
            when told.standing is null or (told.standing.is_leaving and told.standing.status is not null)
                then 'none'
            when told.latest.is_leaving then coalesce(told.latest.status, 'again')
            when told.lead_id not in (select leads.lead_id from leads) then 'erased'
            else 'closed'
        end as change,
        true as is_leaving,
        cast(null as double) as score,
        destinations.emptied_properties as properties,
        md5(destinations.emptied_properties) as properties_hash,
        told.told

    from told
    inner join destinations on told.destination = destinations.destination
    left join wanted on told.destination = wanted.destination and told.lead_id = wanted.lead_id
    where wanted.lead_id is null

),

-- Another lead's values may be where the values of one that is leaving were.
taken as (

    select
        leaving_leads.destination,
        leaving_leads.lead_id
    from leaving_leads
    semi join wanted
        on leaving_leads.destination = wanted.destination and leaving_leads.address = wanted.address

),

updates as (

    select * from open_leads

    union all by name

    select * from leaving_leads

),

final as (

    select
        updates.destination,
        updates.lead_id,
        updates.address,
        updates.record_id,

        updates.change,
        updates.change not in ('none', 'refused') and taken.lead_id is null and run.is_newest as is_due,
        updates.score,
        updates.is_leaving,

        updates.properties,
        updates.properties_hash,
        updates.told.properties as told_properties,
        updates.told.properties_hash as told_hash,
        updates.told.answered_at as told_at,

        run.as_of

    from updates
    cross join run
    left join taken on updates.destination = taken.destination and updates.lead_id = taken.lead_id

)

select * from final
