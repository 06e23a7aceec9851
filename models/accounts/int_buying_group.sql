with lead_roles as (

    select * from {{ ref('int_lead_roles') }}

),

lead_accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

lifecycles as (

    select * from {{ ref('int_lead_lifecycles') }}

),

roles as (

    select
        role,
        min(role_label) as role_label
    from {{ ref('buying_group_roles') }}
    group by role

),

first_wins as (

    select
        lead_accounts.account_id,
        min(lifecycles.won_at) as won_at

    from lifecycles
    inner join lead_accounts on lifecycles.lead_id = lead_accounts.lead_id
    where lifecycles.won_at is not null
    group by lead_accounts.account_id

),

-- Whom sales knew when the account was first won: the lead that was, and those that were open then.
won_groups as (

    select
        first_wins.account_id,
        first_wins.won_at,
        lead_accounts.lead_id

    from first_wins
    inner join lead_accounts
        on first_wins.account_id = lead_accounts.account_id and first_wins.won_at >= lead_accounts.known_at
    inner join lifecycles
        on
            lead_accounts.lead_id = lifecycles.lead_id
            and first_wins.won_at >= lifecycles.created_at
            and (lifecycles.closed_at is null or first_wins.won_at <= lifecycles.closed_at)

),

counts as (

    select
        lead_roles.role,
        count(distinct won_groups.account_id) as count_accounts_with_role

    from won_groups
    inner join lead_roles
        on
            won_groups.lead_id = lead_roles.lead_id
            and won_groups.won_at >= lead_roles.valid_from
            and (lead_roles.valid_to is null or won_groups.won_at < lead_roles.valid_to)
    group by lead_roles.role

),

won_accounts as (

    select count(distinct account_id) as count_won_accounts
    from won_groups

),

final as (

    select
        roles.role,
        roles.role_label,
        won_accounts.count_won_accounts,
        coalesce(counts.count_accounts_with_role, 0) as count_accounts_with_role,
        -- Laplace's rule of succession: without a won account all roles count alike.
        (coalesce(counts.count_accounts_with_role, 0) + 1) / (won_accounts.count_won_accounts + 2) as weight

    from roles
    cross join won_accounts
    left join counts on roles.role = counts.role

)

select * from final
