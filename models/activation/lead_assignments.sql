with assignments as (

    select * from {{ ref('int_lead_assignments') }}
    qualify row_number() over (partition by lead_id order by assigned_at desc) = 1

),

reps as (

    select * from {{ ref('sales_reps') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

final as (

    select
        assignments.lead_id,
        assignments.rep_id,
        reps.team,
        assignments.rule,
        assignments.reason,
        assignments.assigned_at,
        run_context.as_of

    from assignments
    cross join run_context
    left join reps on assignments.rep_id = reps.rep_id
    where assignments.is_open

)

select * from final
