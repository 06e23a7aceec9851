with scores as (

    select * from {{ ref('int_lead_scores') }}

),

history as (

    select * from {{ ref('int_score_history') }}

),

runs as (

    select * from {{ ref('int_told_runs') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

dependence as (

    select * from {{ ref('int_account_dependence') }}
    where origins = 'all'

),

-- The latest run that is a week old, but less than two.
run_a_week_ago as (

    select max(runs.as_of) as as_of
    from runs
    inner join run_context
        on
            runs.as_of <= {{ days_after('run_context.as_of', -7) }}
            and runs.as_of > {{ days_after('run_context.as_of', -14) }}

),

-- The leads of then, in the accounts that they were told to belong to.
leads as (

    select
        0 as days_ago,
        account_id,
        margin,
        conversion_probability,
        score
    from scores

    union all

    select
        7 as days_ago,
        history.account_id,
        null as margin,
        history.conversion_probability,
        history.score
    from history
    inner join run_a_week_ago
        on
            history.valid_from <= run_a_week_ago.as_of
            and (history.valid_to is null or history.valid_to > run_a_week_ago.as_of)

),

-- Both by the dependence that is known now: a change is the leads', not the method's.
final as (

    select
        leads.account_id,
        leads.days_ago,
        dependence.dependence,
        max(leads.margin) as margin,
        max(leads.score) as top_lead_score,
        -- rounded, so that the order of a sum decides no rank; null for rules
        round({{ any_converts('leads.conversion_probability', 'dependence.dependence') }}, 12) as probability

    from leads
    cross join dependence
    where leads.account_id is not null
    group by leads.account_id, leads.days_ago, dependence.dependence

)

select * from final
