{{ config(materialized='view') }}
with run as (

    select
        run_context.as_of,
        -- What a run as of an earlier moment says is older than what was told.
        run_context.as_of >= coalesce(
            (select max(runs.as_of) from {{ ref('int_told_runs') }} as runs), run_context.as_of
        ) as is_newest
    from {{ ref('run_context') }} as run_context

),

updates as (

    select
        *,
        false as is_leaving,
        change not in ('none', 'refused') as is_due
    from {{ ref('int_crm_open_leads') }}

    union all by name

    select
        * exclude (is_place_taken),
        true as is_leaving,
        change not in ('none', 'refused') and not is_place_taken as is_due
    from {{ ref('int_crm_leaving_leads') }}

),

final as (

    select
        updates.destination,
        updates.lead_id,
        updates.address,
        updates.record_id,

        updates.change,
        updates.is_due and run.is_newest as is_due,
        updates.score,
        updates.is_leaving,

        updates.properties,
        updates.properties_hash,
        updates.told_properties,
        updates.told.properties_hash as told_hash,
        updates.told.answered_at as told_at,

        run.as_of

    from updates
    cross join run

)

select * from final
