-- Reps who got a lead in this run by a rule and have too many now, or two more than another of the team who
-- had room; and leads with a rep whose team is not that of the rule.
with reps as (

    select * from {{ ref('sales_reps') }}

),

latest as (

    select * from {{ ref('int_lead_assignments') }}
    qualify row_number() over (partition by lead_id order by assigned_at desc) = 1

),

routed as (

    select
        latest.rep_id,
        latest.rule,
        latest.assigned_at = assignments.as_of as is_new
    from latest
    inner join {{ ref('lead_assignments') }} as assignments on latest.lead_id = assignments.lead_id
    where not latest.is_owned and latest.rep_id is not null

),

loads as (

    select
        reps.rep_id,
        reps.team,
        reps.capacity,
        count(routed.rep_id) as count_leads,
        bool_or(coalesce(routed.is_new and not rules.seniors_only, false)) as is_served_as_one_of_all
    from reps
    left join routed on reps.rep_id = routed.rep_id
    left join {{ ref('routing_rules') }} as rules on routed.rule = rules.priority
    group by reps.rep_id, reps.team, reps.capacity

)

select
    loads.rep_id,
    'too many leads' as fault
from loads
where
    loads.count_leads > loads.capacity
    and loads.rep_id in (select routed.rep_id from routed where routed.is_new)

union all

select
    loads.rep_id,
    'out of turn: ' || others.rep_id || ' had room' as fault
from loads
inner join loads as others on loads.team = others.team
where
    loads.is_served_as_one_of_all
    and others.count_leads < others.capacity
    and loads.count_leads > others.count_leads + 1

union all

select
    routed.rep_id,
    'not of the team of rule ' || routed.rule as fault
from routed
inner join reps on routed.rep_id = reps.rep_id
inner join {{ ref('routing_rules') }} as rules on routed.rule = rules.priority
where routed.is_new and (reps.team <> rules.team or (rules.seniors_only and not reps.is_senior))
