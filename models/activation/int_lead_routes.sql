with scores as (

    select * from {{ ref('lead_scores') }}

),

leads as (

    select * from {{ ref('int_lead_attributes') }}
    where valid_to is null

),

accounts as (

    select * from {{ ref('int_account_attributes') }}
    where valid_to is null

),

rules as (

    select * from {{ ref('routing_rules') }}

),

reps as (

    select * from {{ ref('sales_reps') }}

),

segmented as (

    select
        scores.lead_id,
        scores.score,
        scores.tier,
        reps.rep_id as owner_rep_id,
        accounts.employee_count,
        accounts.industry,
        leads.lead_source,
        coalesce(leads.country, accounts.country) as country,
        scores.as_of

    from scores
    left join leads on scores.lead_id = leads.lead_id
    left join reps on leads.owner_id = reps.rep_id
    left join accounts on scores.account_id = accounts.account_id

),

first_rules as (

    select
        segmented.lead_id,
        arg_min(rules, rules.priority) as rule

    from segmented
    inner join rules
        on
            (rules.min_employees is null or segmented.employee_count >= rules.min_employees)
            and (rules.max_employees is null or segmented.employee_count <= rules.max_employees)
            and (rules.industry is null or segmented.industry = rules.industry)
            and (rules.lead_source is null or segmented.lead_source = rules.lead_source)
            and (rules.country is null or segmented.country = rules.country)
            and (rules.tier is null or segmented.tier = rules.tier)
    group by segmented.lead_id

),

final as (

    select
        segmented.lead_id,
        segmented.score,
        segmented.owner_rep_id,
        first_rules.rule.priority as rule,
        first_rules.rule.team,
        first_rules.rule.seniors_only,
        segmented.as_of

    from segmented
    left join first_rules on segmented.lead_id = first_rules.lead_id

)

select * from final
