with run_context as (

    select * from {{ ref('run_context') }}

),

previous_run as (

    select * from {{ ref('int_previous_run') }}

),

previous_scores as (

    select * from {{ ref('int_previous_scores') }}

),

-- What was told at this run, or is still told since an earlier one.
told_now as (

    select history.*
    from {{ ref('int_score_history') }} as history
    inner join run_context
        on
            history.valid_from <= run_context.as_of
            and (history.valid_to is null or history.valid_to > run_context.as_of)

),

canonical_leads as (

    select * from {{ ref('int_canonical_leads') }}

),

parts as (

    select
        lead_id,
        sum(points) filter (where cause = 'model') as from_model,
        sum(points) filter (where cause = 'decay') as from_decay,
        sum(points) filter (where cause = 'events') as from_events
    from {{ ref('int_score_steps') }}
    group by lead_id

),

compared as (

    select
        coalesce(told_now.lead_id, previous_scores.lead_id) as lead_id,
        cast(previous_scores.score as decimal(5, 1)) as from_score,
        cast(told_now.score as decimal(5, 1)) as to_score,
        case
            when previous_scores.lead_id is null then 'new'
            when told_now.lead_id is not null then 'changed'
            when canonical_leads.canonical_lead_id != previous_scores.lead_id then 'merged'
            else 'closed'
        end as status

    from told_now
    full outer join previous_scores on told_now.lead_id = previous_scores.lead_id
    left join canonical_leads on previous_scores.lead_id = canonical_leads.lead_id

),

final as (

    select
        compared.lead_id,
        run_context.as_of,
        compared.status,
        previous_run.as_of as from_as_of,

        compared.from_score,
        compared.to_score,
        case when compared.status = 'changed' then coalesce(parts.from_decay, 0) end as from_decay,
        case when compared.status = 'changed' then coalesce(parts.from_events, 0) end as from_events,
        -- What is left when events are as they are now: the facts of the CRM.
        compared.to_score - compared.from_score
        - coalesce(parts.from_decay, 0) - coalesce(parts.from_events, 0) - coalesce(parts.from_model, 0)
            as from_attributes,
        case when compared.status = 'changed' then coalesce(parts.from_model, 0) end as from_model

    from compared
    cross join previous_run
    cross join run_context
    left join parts on compared.lead_id = parts.lead_id
    where compared.from_score is distinct from compared.to_score

)

select * from final
