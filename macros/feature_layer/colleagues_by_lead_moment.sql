{#-
    Query: what the account of a lead has done and how many of its leads there are, for each row of a spine.

    spine_accounts  relation like the query of the macro spine_accounts
    engagement      relation like the query of engagement_by_account_moment
-#}
{% macro colleagues_by_lead_moment(spine_accounts, engagement) -%}
with spine_accounts as (

    select * from {{ spine_accounts }}

),

lead_accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

lifecycles as (

    select * from {{ ref('int_lead_lifecycles') }}

),

engagement as (

    select * from {{ engagement }}

),

-- Each change in the number of an account's leads and wins, and the numbers after it.
changes as (

    select
        lead_accounts.account_id,
        lead_accounts.known_at as changed_at,
        1 as leads,
        0 as wins
    from lead_accounts

    union all

    select
        lead_accounts.account_id,
        greatest(lead_accounts.known_at, lifecycles.won_at) as changed_at,
        0 as leads,
        1 as wins
    from lead_accounts
    inner join lifecycles on lead_accounts.lead_id = lifecycles.lead_id
    where lifecycles.won_at is not null

),

changes_by_time as (

    select
        account_id,
        changed_at,
        sum(leads) as leads,
        sum(wins) as wins
    from changes
    group by account_id, changed_at

),

counts as (

    select
        account_id,
        changed_at,
        sum(leads) over by_account as count_leads,
        sum(wins) over by_account as count_wins
    from changes_by_time
    window by_account as (
        partition by account_id
        order by changed_at
        rows between unbounded preceding and current row
    )

),

final as (

    select
        spine_accounts.spine_id,
        spine_accounts.account_id,

        counts.count_leads - 1 as count_colleagues,
        counts.count_wins as count_colleagues_won,

        {%- for measure in measures() if measure.kind in ('window', 'decay') %}
        coalesce(engagement.{{ measure.column }}, 0) as account_{{ measure.column }},
        {%- endfor %}
        engagement.last_at as account_last_at

    from spine_accounts
    asof left join counts
        on
            spine_accounts.account_id = counts.account_id
            and least(spine_accounts.moment_at, spine_accounts.known_until) >= counts.changed_at
    left join engagement
        on
            spine_accounts.account_id = engagement.account_id
            and spine_accounts.moment_at = engagement.moment_at
            and spine_accounts.known_until is not distinct from engagement.known_until

)

select * from final
{%- endmacro %}
