{%- do check_configuration() -%}
{%- set step_days = var('snapshot_every_days') -%}
{%- set count_moments = (training_history_days() / step_days) | int -%}
with run_context as (

    select * from {{ ref('run_context') }}

),

lifecycles as (

    select * from {{ ref('int_lead_lifecycles') }}

),

steps as (

    select unnest(range({{ count_moments }} + 1)) as steps_back

),

-- Past moments on a grid that ends today: today is the moment of scoring.
moments as (

    select {{ days_after('run_context.as_of', '-' ~ step_days ~ ' * steps.steps_back') }} as moment_at
    from run_context
    cross join steps

),

-- Where most leads close before the grid meets them once (in a call centre, say), creation is a moment too.
creation_policy as (

    select
        case '{{ var("snapshot_at_creation") | lower }}'
            when 'auto'
                then coalesce(median({{ days_between('created_at', 'closed_at') }}) < {{ step_days }}, false)
            else '{{ var("snapshot_at_creation") | lower }}' = 'true'
        end as is_at_creation
    from lifecycles
    where closed_at is not null

),

moments_of_leads as (

    select
        lifecycles.lead_id,
        moments.moment_at

    from lifecycles
    inner join moments
        on
            lifecycles.created_at <= moments.moment_at
            and (lifecycles.closed_at is null or lifecycles.closed_at > moments.moment_at)

    union

    select
        lifecycles.lead_id,
        lifecycles.created_at as moment_at

    from lifecycles
    inner join creation_policy on creation_policy.is_at_creation
    cross join run_context
    where
        lifecycles.created_at >= {{ days_after('run_context.as_of', -training_history_days()) }}
        and (lifecycles.closed_at is null or lifecycles.closed_at > lifecycles.created_at)

),

numbered as (

    select
        moments_of_leads.lead_id,
        moments_of_leads.moment_at,
        moments_of_leads.moment_at = run_context.as_of as is_now,
        count(*) over () as count_moments,
        {{ uniform_hash("moments_of_leads.lead_id || ' ' || moments_of_leads.moment_at") }} as drawn

    from moments_of_leads
    cross join run_context

),

-- Neighbouring moments of a lead say almost the same: of too many, a part is drawn, blindly to how they end.
final as (

    select
        cast(row_number() over (order by lead_id, moment_at) as integer) as spine_id,
        lead_id,
        moment_at,
        cast(null as timestamp) as known_until,
        is_now

    from numbered
    where is_now or drawn < {{ var('max_training_moments') }} / count_moments

)

select * from final
