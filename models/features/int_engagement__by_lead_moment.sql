with run_context as (

    select * from {{ ref('run_context') }}

),

-- Whole numbers in place of names and ids keep the joins and groups narrow.
leads as (

    select
        lead_id,
        cast(row_number() over (order by lead_id) as integer) as entity_id
    from (select distinct lead_id from {{ ref('spine') }}) as leads_of_spine

),

moments_of_leads as (

    select
        spine.spine_id,
        leads.entity_id,
        spine.moment_at
    from {{ ref('spine') }} as spine
    inner join leads on spine.lead_id = leads.lead_id

),

ledger as (

    select
        leads.entity_id,
        {{ signal_number('entries.signal') }} as signal_number,
        entries.occurred_at,
        entries.known_at,
        entries.weight
    from {{ ref('engagement_ledger') }} as entries
    inner join leads on entries.lead_id = leads.lead_id

),

{{ engagement_at_moments('ledger', 'moments_of_leads', '(select as_of from run_context)') }}

select * from engagement_at_moments
