with run_context as (

    select * from {{ ref('run_context') }}

),

signal_events as (

    select * from {{ ref('int_signal_events') }}

),

derived_signals as (

    select * from {{ ref('int_derived_signals') }}

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
people as (

    select
        leads.canonical_lead_id as lead_id,
        entries.signal,
        entries.occurred_at,
        greatest(entries.known_at, leads.known_at) as known_at
    from (
        select * from touches
        union all
        select * from feedback
        union all
        select * from notes
    ) as entries
    inner join canonical_leads as leads on entries.lead_id = leads.lead_id

),

entries as (

    select lead_id, signal, occurred_at, known_at, cast(1 as double) as weight from signal_events
    union all
    select lead_id, signal, occurred_at, known_at, cast(weight as double) as weight from derived_signals
    union all
    select lead_id, signal, occurred_at, known_at, cast(1 as double) as weight from people

),

-- What every reader of the ledger would compute again: numbers in place of names, and what decays weigh.
final as (

    select
        entries.lead_id,
        entries.signal,
        {{ signal_number('entries.signal') }} as signal_number,

        entries.weight,
        {%- for measure in measures() if measure.kind == 'decay' %}
        entries.weight * {{ forward_weight(
            'entries.occurred_at', decay_landmark('run_context.as_of', measure.days), measure.days
        ) }} as forward_{{ measure.column }},
        {%- endfor %}

        entries.occurred_at,
        entries.known_at

    from entries
    cross join run_context

)

-- A lead's entries lie side by side: sums by lead stay in the cache, and a look at few leads reads few rows.
select * from final
order by lead_id
