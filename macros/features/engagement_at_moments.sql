{#-
    Every measure of every signal at every moment of a spine, in one pass over the ledger.

    ledger     relation: the entity, signal_number, occurred_at, known_at, weight, and forward_decayed_... with the
               weight carried forward for each half-life
    spine      relation: spine_id, the entity, moment_at, known_until
    entity     name of the column that both call the entity by
    step_days  days between moments of an entity, as far as they are regular; none where they are few and far apart
    as_of      SQL expression of the run's as_of
    Gives      spine_id, signal_number, the `column`s of measures() but the recency, first_at, last_at;
               no row where an entity has had no entry of a signal yet.

    Moments of an entity that lie whole steps apart make a line; those off the grid make lines of their own. Along a line,
    the first moment that sees an entry and the first at which the entry is older than a window are found by arithmetic.
    The entry adds 1 to the window's count at the one and takes it away again at the other; a running sum gives the
    counts of all moments. The cost is that of the ledger and of what comes out, not of their product. Where a line is
    one moment, as when leads are scored, the entries' sums are all there is to do.

    Threads add up in any order. With fsum (Kahan 1965) the order moves no more than the last digit of a double, which
    a float32 feature does not show, so that a replay gives the same features.
-#}
{% macro engagement_at_moments(ledger, spine, entity, step_days, as_of) %}
    {%- set windows = measures() | selectattr("kind", "equalto", "window") | list -%}
    {%- set decays = measures() | selectattr("kind", "equalto", "decay") | list -%}
    {%- set phase_at = first_step_since_1970("moment_at", step_days) if step_days else "moment_at" -%}
    {%- set step_days = step_days or 1 -%}
    {%- set sums = (windows + decays) | map(attribute="column") | list + ["total"] -%}
    moments as (

        select
            spine_id,
            {{ entity }},
            known_until,
            moment_at,
            {{ phase_at }} as phase_at
        from {{ spine }}

    ),

    lines as (

        select
            cast(row_number() over (order by {{ entity }}, known_until, phase_at) as integer) as line_id,
            {{ entity }},
            known_until,
            phase_at,
            min(moment_at) as first_moment_at,
            least(max(moment_at), known_until) as last_known_at,
            {%- for measure in windows %}
            {{ days_after("min(moment_at)", -measure.days) }} as start_of_{{ measure.name }},
            {%- endfor %}
            cast({{ days_between("min(moment_at)", "max(moment_at)") }} / {{ step_days }} as integer) as last_step

        from moments
        group by {{ entity }}, known_until, phase_at

    ),

    points as (

        select
            moments.spine_id,
            lines.line_id,
            cast({{ days_between("lines.first_moment_at", "moments.moment_at") }} / {{ step_days }} as integer) as step,
            {%- for measure in decays %}
            {{ decayed("1", "moments.moment_at", decay_landmark(as_of, measure.days), measure.days) }}
                as {{ measure.column }},
            {%- endfor %}

        from moments
        inner join lines
            on
                moments.{{ entity }} = lines.{{ entity }}
                and moments.known_until is not distinct from lines.known_until
                and moments.phase_at = lines.phase_at

    ),

    entries as (

        select
            lines.line_id,
            lines.last_step,
            entries.signal_number,
            cast(greatest(
                ceil({{ days_between("lines.first_moment_at", "entries.known_at") }} / {{ step_days }}), 0
            ) as integer) as step,
            {%- for measure in windows %}
            cast(ceil(
                ({{ days_between("lines.first_moment_at", "entries.occurred_at") }} + {{ measure.days }}) / {{ step_days }}
            ) as integer) as step_after_{{ measure.name }},
            {%- endfor %}
            {%- for measure in decays %}
            entries.forward_{{ measure.column }} as {{ measure.column }},
            {%- endfor %}
            entries.weight as total,
            entries.occurred_at

        from {{ ledger }} as entries
        inner join lines
            on entries.{{ entity }} = lines.{{ entity }} and entries.known_at <= lines.last_known_at
        where lines.last_step > 0

    ),

    changes as (

        select
            line_id,
            last_step,
            signal_number,
            step,
            {%- for measure in windows %}
            case when step_after_{{ measure.name }} > step then 1 end as {{ measure.column }},
            {%- endfor %}
            {%- for measure in decays %}
            {{ measure.column }},
            {%- endfor %}
            total,
            occurred_at
        from entries
        {%- for measure in windows %}

        union all by name

        select
            line_id,
            last_step,
            signal_number,
            step_after_{{ measure.name }} as step,
            -1 as {{ measure.column }}
        from entries
        where step_after_{{ measure.name }} > step and step_after_{{ measure.name }} <= last_step
        {%- endfor %}

    ),

    changes_by_step as (

        select
            line_id,
            last_step,
            signal_number,
            step,
            {%- for measure in windows %}
            cast(coalesce(sum({{ measure.column }}), 0) as integer) as {{ measure.column }},
            {%- endfor %}
            {%- for measure in decays %}
            fsum({{ measure.column }}) as {{ measure.column }},
            {%- endfor %}
            fsum(total) as total,
            min(occurred_at) as first_at,
            max(occurred_at) as last_at

        from changes
        group by line_id, last_step, signal_number, step

    ),

    running as (

        select
            line_id,
            signal_number,
            step,
            lead(step, 1, last_step + 1) over by_signal as next_step,
            {%- for column in sums %}
            sum({{ column }}) over by_signal as {{ column }},
            {%- endfor %}
            min(first_at) over by_signal as first_at,
            max(last_at) over by_signal as last_at

        from changes_by_step
        window by_signal as (
            partition by line_id, signal_number
            order by step
            rows between unbounded preceding and current row
        )

    ),

    -- The same where there is one moment: no entry leaves a window, nothing runs.
    sums_of_single_moments as (

        select
            lines.line_id,
            0 as step,
            entries.signal_number,
            {%- for measure in windows %}
            cast(count(case when entries.occurred_at > lines.start_of_{{ measure.name }} then 1 end) as integer)
                as {{ measure.column }},
            {%- endfor %}
            {%- for measure in decays %}
            fsum(entries.forward_{{ measure.column }}) as {{ measure.column }},
            {%- endfor %}
            fsum(entries.weight) as total,
            min(entries.occurred_at) as first_at,
            max(entries.occurred_at) as last_at

        from {{ ledger }} as entries
        inner join lines
            on entries.{{ entity }} = lines.{{ entity }} and entries.known_at <= lines.last_known_at
        where lines.last_step = 0
        group by lines.line_id, entries.signal_number

    ),

    sums_by_step as (

        select
            * exclude (step, next_step),
            cast(unnest(range(step, next_step)) as integer) as step
        from running

        union all by name

        select * from sums_of_single_moments

    ),

    engagement_at_moments as (

        select
            points.spine_id,
            sums.signal_number,
            {%- for measure in windows %}
            sums.{{ measure.column }},
            {%- endfor %}
            {%- for measure in decays %}
            sums.{{ measure.column }} * points.{{ measure.column }} as {{ measure.column }},
            {%- endfor %}
            sums.total,
            sums.first_at,
            sums.last_at

        from sums_by_step as sums
        inner join points on sums.line_id = points.line_id and sums.step = points.step

    )
{% endmacro %}
