-- Changes of a score whose parts, or whose topics, do not add up to it exactly.
with topics as (

    select
        lead_id,
        as_of,
        sum(points) as points
    from {{ ref('lead_score_change_signals') }}
    group by lead_id, as_of

)

select
    changes.*,
    topics.points as points_of_topics
from {{ ref('lead_score_changes') }} as changes
left join topics on changes.lead_id = topics.lead_id and changes.as_of = topics.as_of
where
    changes.status = 'changed'
    and (
        changes.from_decay + changes.from_events + changes.from_attributes + changes.from_model
        is distinct from changes.to_score - changes.from_score
        or changes.from_events is distinct from coalesce(topics.points, 0)
    )
