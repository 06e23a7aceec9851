with scores as (

    select * from {{ ref('lead_scores') }}

),

previous_run as (

    select * from {{ ref('int_previous_run') }}

),

previous_scores as (

    select * from {{ ref('int_previous_scores') }}

),

movements as (

    select * from {{ ref('int_score_movements') }}

),

fields as (

    select * from {{ ref('int_crm_fields') }}

),

first_tier as (

    select tier
    from {{ ref('tier_policies') }}
    where policy = '{{ var("tier_policy") }}' and tier_rank = 1

),

last_run as (

    select max(as_of) as as_of
    from {{ ref('int_told_runs') }}

),

compared as (

    select
        scores.lead_id,
        scores.score,
        scores.tier,
        scores.is_score_spike,
        scores.as_of,
        scores.tier = first_tier.tier as is_hot,
        coalesce(previous_scores.tier = first_tier.tier, false) as was_hot,
        coalesce(
            scores.grade[1] in ('A', 'B')
            and movements.score_change_1d < 0
            and -movements.score_change_1d >= {{ var('spike_movements') }} * movements.usual_daily_movement,
            false
        ) as has_dropped,
        movements.score_change_1d,
        previous_scores.tier as previous_tier,
        fields.reason_1,
        fields.assigned_rep_id

    from scores
    -- Nothing to compare with, no alert; nor in a run as of an earlier moment than the last.
    inner join previous_run on scores.as_of > previous_run.as_of
    inner join last_run on scores.as_of = last_run.as_of
    cross join first_tier
    inner join movements on scores.lead_id = movements.lead_id
    inner join fields on scores.lead_id = fields.lead_id
    left join previous_scores on scores.lead_id = previous_scores.lead_id

),

kinds as (

    select
        *,
        'became_hot' as kind,
        case when previous_tier is null then 'from the start' else 'was ' || previous_tier end as what
    from compared
    where is_hot and not was_hot

    union all

    select
        *,
        'spike' as kind,
        'up ' || printf('%.1f', score_change_1d) || ' in a day' as what
    from compared
    where is_score_spike

    union all

    select
        *,
        'falling' as kind,
        case
            when was_hot and not is_hot then 'was ' || previous_tier
            else 'down ' || printf('%.1f', -score_change_1d) || ' in a day, and a good fit'
        end as what
    from compared
    where (was_hot and not is_hot) or has_dropped

),

final as (

    select
        md5(lead_id || '|' || kind || '|' || {{ utc_text('as_of') }}) as alert_id,
        lead_id,
        kind,
        assigned_rep_id as rep_id,
        'Score ' || printf('%.1f', score) || ', ' || tier || ' (' || what || ')'
        || coalesce(': ' || reason_1, '.') as text,
        as_of

    from kinds

)

select * from final
