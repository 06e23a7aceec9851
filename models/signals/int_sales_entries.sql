with run_context as (

    select * from {{ ref('run_context') }}

),

canonical_leads as (

    select * from {{ ref('int_canonical_leads') }}

),

touches as (

    select
        lead_id,
        'outreach_touches' as signal,
        touched_at as occurred_at,
        known_at
    from {{ ref('stg_touches') }}
    where not coalesce(is_holdout, false)

),

feedback as (

    select
        lead_id,
        verdict || '_verdicts' as signal,
        given_at as occurred_at,
        known_at
    from {{ ref('stg_feedback') }}

),

notes as (

    select
        lead_id,
        'notes' as signal,
        noted_at as occurred_at,
        known_at
    from {{ ref('stg_notes') }}

),

-- What people wrote down names the lead as the CRM knew it; it counts for the canonical lead once that is
-- known.
entries as (

    select
        leads.canonical_lead_id as lead_id,
        written.signal,
        written.occurred_at,
        greatest(written.known_at, leads.known_at) as known_at,
        1 as weight
    from (
        select * from touches
        union all
        select * from feedback
        union all
        select * from notes
    ) as written
    inner join canonical_leads as leads on written.lead_id = leads.lead_id

),

final as (

    select
        {{ ledger_columns('(select run_context.as_of from run_context)') | indent(8) }}

    from entries

)

select * from final
order by lead_id
