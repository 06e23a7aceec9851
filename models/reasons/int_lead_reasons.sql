with topics as (

    select * from {{ ref('int_lead_topics') }}

),

base_scores as (

    select * from {{ ref('int_base_scores') }}

),

directed as (

    select
        lead_id,
        case when contribution > 0 then 'for' else 'against' end as direction,
        topic,
        case when contribution > 0 then feature_most_for else feature_most_against end as feature_name,
        contribution
    from topics
    where contribution != 0

),

strongest as (

    select * from directed
    qualify
        row_number() over (
            partition by lead_id, direction
            order by abs(contribution) desc, topic asc
        ) <= case direction when 'for' then 5 else 3 end

),

final as (

    select
        strongest.lead_id,
        row_number() over (
            partition by strongest.lead_id
            order by strongest.direction desc, abs(strongest.contribution) desc, strongest.topic asc
        ) as rank,
        strongest.direction,
        strongest.topic,
        strongest.feature_name,
        strongest.contribution,
        round(strongest.contribution * base_scores.points_per_margin, 2) as contribution_points

    from strongest
    inner join base_scores on strongest.lead_id = base_scores.lead_id

)

select * from final
