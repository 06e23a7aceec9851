-- Accounts whose open leads are not those of lead_scores, or whose top lead is not one of the best of them.
with leads as (

    select
        account_id,
        count(*) as count_open_leads,
        max(score) as top_lead_score
    from {{ ref('lead_scores') }}
    where account_id is not null
    group by account_id

)

select
    leads.account_id,
    account_scores.account_id as scored_account_id
from leads
full outer join {{ ref('account_scores') }} as account_scores on leads.account_id = account_scores.account_id
left join {{ ref('lead_scores') }} as top_leads on account_scores.top_lead_id = top_leads.lead_id
where
    leads.count_open_leads is distinct from account_scores.count_open_leads
    or leads.top_lead_score is distinct from account_scores.top_lead_score
    or leads.top_lead_score is distinct from top_leads.score
    or leads.account_id is distinct from top_leads.account_id
