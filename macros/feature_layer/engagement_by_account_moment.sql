{#-
    Query: the positive signals of all leads of an account as one, at each moment of a spine.

    spine_accounts  relation like the query of the macro spine_accounts
    step_days       as in engagement_at_moments
-#}
{% macro engagement_by_account_moment(spine_accounts, step_days) -%}
with run_context as (

    select * from {{ ref('run_context') }}

),

lead_accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

moments_of_accounts as (

    select
        cast(row_number() over (order by account_id, known_until, moment_at) as integer) as spine_id,
        account_id,
        moment_at,
        known_until
    from (select distinct account_id, moment_at, known_until from {{ spine_accounts }}) as moments

),

-- All positive signals of an account's leads are one here: the colleagues' engagement.
ledger as (

    select
        entries.* exclude (lead_id, signal, signal_number, known_at),
        lead_accounts.account_id,
        cast(1 as utinyint) as signal_number,
        greatest(entries.known_at, lead_accounts.known_at) as known_at
    from {{ ref('engagement_ledger') }} as entries
    inner join lead_accounts on entries.lead_id = lead_accounts.lead_id
    where entries.signal in {{ signals_where('sign', 'positive') }}

),

{{ engagement_at_moments(
    ledger='ledger',
    spine='moments_of_accounts',
    entity='account_id',
    step_days=step_days,
    as_of='(select as_of from run_context)',
) }}

select
    moments_of_accounts.account_id,
    moments_of_accounts.moment_at,
    moments_of_accounts.known_until,
    engagement_at_moments.* exclude (spine_id, signal_number)
from engagement_at_moments
inner join moments_of_accounts on engagement_at_moments.spine_id = moments_of_accounts.spine_id
{%- endmacro %}
