{#-
    Query: every measure of every signal at every row of a spine (see engagement_at_moments).

    spine  relation as in spine_accounts; spine_id rises with lead_id, known_until and moment_at
-#}
{% macro engagement_by_lead_moment(spine) -%}
with run_context as (

    select * from {{ ref('run_context') }}

),

-- Who knows what: a lead with all its facts, or with those alone that were known until then. Whole numbers in
-- place of names and ids keep the joins and groups narrow.
leads as (

    select
        lead_id,
        known_until,
        cast(row_number() over (order by lead_id, known_until) as integer) as entity_id
    from (select distinct lead_id, known_until from {{ spine }}) as leads_of_spine

),

moments_of_leads as (

    select
        spine.spine_id,
        leads.entity_id,
        spine.moment_at
    from {{ spine }} as spine
    inner join leads
        on spine.lead_id = leads.lead_id and spine.known_until is not distinct from leads.known_until

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
    where leads.known_until is null or entries.known_at <= leads.known_until

),

{{ engagement_at_moments('ledger', 'moments_of_leads', '(select as_of from run_context)') }}

select * from engagement_at_moments
{%- endmacro %}
