{#-
    Query: the positive signals of all leads of an account as one, at each moment of a spine.

    spine_accounts  relation like the query of the macro spine_accounts
-#}
{% macro engagement_by_account_moment(spine_accounts) -%}
with run_context as (

    select * from {{ ref('run_context') }}

),

lead_accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

accounts as (

    select
        account_id,
        known_until,
        cast(row_number() over (order by account_id, known_until) as integer) as entity_id
    from (select distinct account_id, known_until from {{ spine_accounts }}) as accounts_of_spine

),

moments_of_accounts as (

    select
        cast(
            row_number() over (order by moments.account_id, moments.known_until, moments.moment_at) as integer
        ) as spine_id,
        accounts.entity_id,
        moments.account_id,
        moments.moment_at,
        moments.known_until
    from (select distinct account_id, moment_at, known_until from {{ spine_accounts }}) as moments
    inner join accounts
        on
            moments.account_id = accounts.account_id
            and moments.known_until is not distinct from accounts.known_until

),

-- All positive signals of an account's leads are one here: the colleagues' engagement.
ledger as (

    select
        accounts.entity_id,
        cast(1 as utinyint) as signal_number,
        entries.occurred_at,
        greatest(entries.known_at, lead_accounts.known_at) as known_at,
        entries.weight
    from {{ ref('engagement_ledger') }} as entries
    inner join lead_accounts on entries.lead_id = lead_accounts.lead_id
    inner join accounts on lead_accounts.account_id = accounts.account_id
    where
        entries.signal in {{ signals_where('sign', 'positive') }}
        and (
            accounts.known_until is null
            or greatest(entries.known_at, lead_accounts.known_at) <= accounts.known_until
        )

),

{{ engagement_at_moments('ledger', 'moments_of_accounts', '(select as_of from run_context)') }}

select
    moments_of_accounts.account_id,
    moments_of_accounts.moment_at,
    moments_of_accounts.known_until,
    engagement_at_moments.* exclude (spine_id, signal_number)
from engagement_at_moments
inner join moments_of_accounts on engagement_at_moments.spine_id = moments_of_accounts.spine_id
{%- endmacro %}
