{#-
    A select of the leads that a round robin gives to reps: lead_id and rep_id. The free places of a team's reps, the
    least laden rep's first, meet its waiting leads, the highest score first.

    waiting  CTE: lead_id, team, score
    reps     CTE: rep_id, team, capacity
    loads    CTE: rep_id, count_leads; the places that are taken. A rep without a row has none taken.
-#}
{% macro taken_in_turn(waiting, reps, loads) -%}
    select
        queue.lead_id,
        places.rep_id
    from (
        select
            lead_id,
            team,
            row_number() over (partition by team order by score desc, lead_id asc) as turn
        from {{ waiting }}
    ) as queue
    inner join (
        select
            rep_id,
            team,
            row_number() over (partition by team order by place, rep_id) as turn
        from (
            select
                {{ reps }}.rep_id,
                {{ reps }}.team,
                unnest(range(
                    cast(coalesce({{ loads }}.count_leads, 0) as bigint), {{ reps }}.capacity
                )) as place
            from {{ reps }}
            left join {{ loads }} on {{ reps }}.rep_id = {{ loads }}.rep_id
        )
    ) as places
        on queue.team = places.team and queue.turn = places.turn
{%- endmacro %}
