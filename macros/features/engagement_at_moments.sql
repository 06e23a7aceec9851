{#-
    Every measure of every signal at every moment of a spine, in one pass over the ledger.

    ledger    CTE: entity_id, signal_number, occurred_at, known_at, weight
    spine     CTE: spine_id (rising with the moment within an entity), entity_id, moment_at
    as_of     SQL expression of the run's as_of
    Gives     spine_id, signal_number, the `column`s of measures() but the recency, first_at, last_at;
              no row where an entity has had no entry of a signal yet.

    An entry adds 1 to each window's count when it becomes known and takes it away again when it grows older than the
    window, or at once if it is known only later. Each such change is brought to the first moment that sees it (most
    of the short windows' changes cancel there), and a running sum over the moments gives all of them. The cost is
    that of the ledger and of what comes out, not of their product.

    Threads add up in any order. With fsum (Kahan 1965) the order moves no more than the last digit of a double, which
    a float32 feature does not show, so that a replay gives the same features.
-#}
{% macro engagement_at_moments(ledger, spine, as_of) %}
    {%- set windows = measures() | selectattr("kind", "equalto", "window") | list -%}
    {%- set decays = measures() | selectattr("kind", "equalto", "decay") | list -%}
    entries as (

        select
            entity_id,
            signal_number,
            known_at as changed_at,
            {%- for measure in windows %}
            1 as {{ measure.column }},
            {%- endfor %}
            {%- for measure in decays %}
            weight * {{ forward_weight("occurred_at", decay_landmark(as_of, measure.days), measure.days) }}
                as {{ measure.column }},
            {%- endfor %}
            weight as total,
            occurred_at

        from {{ ledger }}

    ),

    changes as (

        select * from entries
        {%- for measure in windows %}

        union all by name

        select
            entity_id,
            signal_number,
            greatest(known_at, {{ days_after("occurred_at", measure.days) }}) as changed_at,
            -1 as {{ measure.column }}
        from {{ ledger }}
        {%- endfor %}

    ),

    changes_by_moment as (

        select
            changes.entity_id,
            changes.signal_number,
            moments.spine_id,
            {%- for measure in windows %}
            cast(sum(changes.{{ measure.column }}) as integer) as {{ measure.column }},
            {%- endfor %}
            {%- for measure in decays %}
            fsum(changes.{{ measure.column }}) as {{ measure.column }},
            {%- endfor %}
            fsum(changes.total) as total,
            min(changes.occurred_at) as first_at,
            max(changes.occurred_at) as last_at

        from changes
        asof inner join {{ spine }} as moments
            on changes.entity_id = moments.entity_id and changes.changed_at <= moments.moment_at
        group by changes.entity_id, changes.signal_number, moments.spine_id

    ),

    running as (

        select
            entity_id,
            signal_number,
            spine_id,
            lead(spine_id) over by_signal as next_spine_id,
            {%- for measure in windows + decays + [{"column": "total"}] %}
            sum({{ measure.column }}) over by_signal as {{ measure.column }},
            {%- endfor %}
            min(first_at) over by_signal as first_at,
            max(last_at) over by_signal as last_at

        from changes_by_moment
        window by_signal as (
            partition by entity_id, signal_number
            order by spine_id
            rows between unbounded preceding and current row
        )

    ),

    engagement_at_moments as (

        select
            moments.spine_id,
            running.signal_number,
            {%- for measure in windows %}
            running.{{ measure.column }},
            {%- endfor %}
            {%- for measure in decays %}
            {{ decayed("running." ~ measure.column, "moments.moment_at", decay_landmark(as_of, measure.days), measure.days) }}
                as {{ measure.column }},
            {%- endfor %}
            running.total,
            running.first_at,
            running.last_at

        from running
        inner join {{ spine }} as moments
            on
                running.entity_id = moments.entity_id
                and running.spine_id <= moments.spine_id
                and (running.next_spine_id > moments.spine_id or running.next_spine_id is null)

    )
{% endmacro %}
