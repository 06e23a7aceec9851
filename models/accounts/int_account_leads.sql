with scores as (

    select * from {{ ref('int_lead_scores') }}

),

lead_tiers as (

    select * from {{ ref('int_lead_tiers') }}

),

features as (

    select * from {{ ref('features') }}
    where is_now

),

lead_accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

lifecycles as (

    select * from {{ ref('int_lead_lifecycles') }}

),

open_leads as (

    select
        scores.account_id,
        count(*) as count_open_leads,
        count(*) filter (where lead_tiers.tier_rank = 1) as count_top_tier_leads,
        count(distinct features.seniority) as count_seniorities,
        count(distinct features.department) as count_departments,
        coalesce(
            list_sort(list(distinct features.seniority) filter (where features.seniority is not null)), []
        ) as seniorities,
        coalesce(
            list_sort(list(distinct features.department) filter (where features.department is not null)), []
        ) as departments,
        first(scores.lead_id order by scores.margin desc, scores.lead_id asc) as top_lead_id,
        first(scores.score order by scores.margin desc, scores.lead_id asc) as top_lead_score,
        any_value(scores.model_version) as model_version,
        any_value(scores.model_kind) as model_kind,
        any_value(scores.feature_set_version) as feature_set_version,
        any_value(scores.as_of) as as_of,
        any_value(scores.run_id) as run_id,
        any_value(scores.scored_at) as scored_at

    from scores
    inner join lead_tiers on scores.lead_id = lead_tiers.lead_id
    inner join features on scores.lead_id = features.lead_id
    where scores.account_id is not null
    group by scores.account_id

),

won_leads as (

    select
        lead_accounts.account_id,
        count(*) as count_won_leads

    from lead_accounts
    inner join lifecycles on lead_accounts.lead_id = lifecycles.lead_id
    where lifecycles.won_at is not null
    group by lead_accounts.account_id

),

final as (

    select
        open_leads.*,
        coalesce(won_leads.count_won_leads, 0) as count_won_leads

    from open_leads
    left join won_leads on open_leads.account_id = won_leads.account_id

)

select * from final
