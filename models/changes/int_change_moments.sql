{{ config(materialized='view') }}
with run_context as (

    select * from {{ ref('run_context') }}

),

open_leads as (

    select lead_id
    from {{ ref('spine') }}
    where is_now

),

previous_scores as (

    select * from {{ ref('int_previous_scores') }}

),

leads as (

    select
        previous_scores.lead_id,
        previous_scores.as_of as known_until
    from previous_scores
    inner join open_leads on previous_scores.lead_id = open_leads.lead_id

),

scenarios as (

    select
        lead_id,
        'before' as scenario,
        known_until as moment_at,
        known_until
    from leads

    union all

    select
        leads.lead_id,
        'aged' as scenario,
        run_context.as_of as moment_at,
        leads.known_until
    from leads
    cross join run_context

),

final as (

    select
        cast(row_number() over (order by lead_id, moment_at) as integer) as spine_id,
        *
    from scenarios

)

select * from final
