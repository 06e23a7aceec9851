{{ config(materialized='view') }}
with run_context as (

    select * from {{ ref('run_context') }}

),

open_leads as (

    select
        lead_id,
        (row_number() over (order by lead_id) - 1) // 1000 as part
    from {{ ref('spine') }}
    where is_now

),

days as (

    select unnest(range(1, {{ var('tier_expiry_days') }} + 1)) as days_ahead

),

final as (

    select
        cast(row_number() over (order by open_leads.lead_id, days.days_ahead) as integer) as spine_id,
        open_leads.lead_id,
        days.days_ahead,
        {{ days_after('run_context.as_of', 'days.days_ahead') }} as moment_at,
        run_context.as_of as known_until

    from open_leads
    cross join days
    cross join run_context
    where open_leads.part = coalesce(getvariable('part'), open_leads.part)

)

select * from final
