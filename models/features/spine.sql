{%- do check_configuration() -%}
{%- set step_days = var('snapshot_every_days') -%}
{%- set count_moments = (training_history_days() / step_days) | int -%}
{%- set max_moments = var('max_training_moments') -%}
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

-- Leads are drawn, whole: of the others, nothing need be read. A lead's place hangs on nothing but its name,
-- so that from run to run mostly the same ones are drawn.
placed as (

    select
        moments_of_leads.lead_id,
        lifecycles.won_at is not null as is_won,
        {{ uniform_hash("moments_of_leads.lead_id || ' in the spine'") }} as place,
        count(*) as count_moments

    from moments_of_leads
    inner join lifecycles on moments_of_leads.lead_id = lifecycles.lead_id
    cross join run_context
    where moments_of_leads.moment_at < run_context.as_of
    group by moments_of_leads.lead_id, lifecycles.won_at

),

counted as (

    select
        *,
        sum(count_moments) over (partition by is_won order by place) as count_up_to_place,
        coalesce(sum(count_moments) filter (where is_won) over (), 0) as count_won,
        sum(count_moments) over () as count_all
    from placed

),

-- Where not all find room, leads that were won get half of it, or their share where that is more.
with_room as (

    select
        *,
        least(
            count_won, greatest({{ max_moments }} / 2, {{ max_moments }} * count_won / count_all)
        ) as room_for_won
    from counted

),

-- The first place for which there is no room is the share of leads that are drawn: places are even from 0 to
-- 1. The others, and the same share of the won, are drawn blindly to how they end.
rates as (

    select
        coalesce(min(place) filter (where is_won and count_up_to_place > room_for_won), 1) as won_rate,
        least(won_rate, coalesce(
            min(place) filter (where not is_won and count_up_to_place > {{ max_moments }} - room_for_won), 1
        )) as blind_rate
    from with_room

),

drawn as (

    select
        placed.lead_id,
        placed.place < rates.blind_rate as is_blind,
        if(placed.is_won, rates.blind_rate / rates.won_rate, 1) as sample_weight

    from placed
    cross join rates
    where placed.place < if(placed.is_won, rates.won_rate, rates.blind_rate)

),

final as (

    select
        cast(
            row_number() over (order by moments_of_leads.lead_id, moments_of_leads.moment_at) as integer
        ) as spine_id,
        moments_of_leads.lead_id,
        moments_of_leads.moment_at,
        cast(null as timestamp) as known_until,
        moments_of_leads.moment_at = run_context.as_of as is_now,
        moments_of_leads.moment_at = run_context.as_of or drawn.is_blind as is_blind,
        if(moments_of_leads.moment_at = run_context.as_of, 1, drawn.sample_weight) as sample_weight

    from moments_of_leads
    cross join run_context
    left join drawn on moments_of_leads.lead_id = drawn.lead_id
    where moments_of_leads.moment_at = run_context.as_of or drawn.lead_id is not null

)

select * from final
