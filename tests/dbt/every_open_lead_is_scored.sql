-- Open leads without a score, and scores without an open lead.
select
    spine.lead_id as open_lead_id,
    lead_scores.lead_id as scored_lead_id
from (
    select * from {{ ref('spine') }}
    where is_now
) as spine
full outer join {{ ref('lead_scores') }} as lead_scores on spine.lead_id = lead_scores.lead_id
where spine.lead_id is null or lead_scores.lead_id is null
