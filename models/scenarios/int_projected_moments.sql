{{ config(materialized='view') }}
with run_context as (

    select * from {{ ref('run_context') }}

),

open_leads as (

    select
        lead_id,
        (row_number() over (order by lead_id) - 1) // 2000 as part
    from {{ ref('spine') }}
    where is_now

),

-- Far off, the day matters less than the week, and each day looked at costs as much as scoring all leads.
days as (

    select range as days_ahead
    from range(1, {{ var('tier_expiry_days') }} + 1)
    where range <= 14 or range % 7 = 0

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
