with scores as (

    select * from {{ ref('int_lead_scores') }}
    where account_id is not null

),

lead_roles as (

    select * from {{ ref('int_lead_roles') }}
    where valid_to is null

),

buying_group as (

    select * from {{ ref('int_buying_group') }}

),

roles_of_accounts as (

    select
        scores.account_id,
        lead_roles.role,
        count(distinct scores.lead_id) as count_leads

    from scores
    inner join lead_roles on scores.lead_id = lead_roles.lead_id
    group by scores.account_id, lead_roles.role

),

wanted as (

    select
        accounts.account_id,
        buying_group.role,
        buying_group.role_label,
        buying_group.weight,
        roles_of_accounts.count_leads is not null as is_covered

    from (select distinct account_id from scores) as accounts
    cross join buying_group
    left join roles_of_accounts
        on accounts.account_id = roles_of_accounts.account_id and buying_group.role = roles_of_accounts.role

),

final as (

    select
        account_id,
        round(coalesce(fsum(weight) filter (where is_covered), 0) / fsum(weight), 6) as buying_group_coverage,
        bool_or(role = 'decision_maker' and is_covered) as has_decision_maker,
        string_agg(role_label, ', ' order by weight desc, role asc) filter (where not is_covered)
            as missing_roles

    from wanted
    group by account_id

)

select * from final
