-- Reasons without a sentence, and sentences with a blank that nothing filled in.
select
    reasons.lead_id,
    reasons.rank,
    sentences.sentence
from {{ ref('int_lead_reasons') }} as reasons
left join {{ ref('int_reason_sentences') }} as sentences
    on reasons.lead_id = sentences.lead_id and reasons.rank = sentences.rank
where sentences.sentence is null or regexp_matches(sentences.sentence, '\{[A-Za-z_]+\}')
