{{ config(materialized='table_in_parts') }}
{%- set windows = var('windows_days') | sort -%}
with spine as (

    select
        *,
        (row_number() over (order by lead_id) - 1) // 20000 as part
    from {{ ref('spine') }}
    where is_now
    qualify part = coalesce(getvariable('part'), part)

),

reasons as (

    select * from {{ ref('int_lead_reasons') }}
    where lead_id in (select spine.lead_id from spine)

),

engagement as (

    select
        spine.lead_id,
        engagement.*
    from {{ ref('int_engagement__by_lead_moment') }} as engagement
    inner join spine on engagement.spine_id = spine.spine_id

),

coverage as (

    select * from {{ ref('int_signal_coverage') }}

),

features as (

    select * from {{ ref('features') }}
    where is_now

),

signals_of_topics as (

    select
        *,
        {{ signal_number('signal') }} as signal_number
    from (select unnest({{ signals_of_topics() }}, recursive := true)) as topics

),

activity_by_signal as (

    select
        reasons.lead_id,
        reasons.topic,
        signals_of_topics.signal,
        signals_of_topics.label,
        coverage.first_known_at is not null as is_recorded,
        [
            {%- for days in windows %}
            coalesce(engagement.count_{{ days }}d, 0){{ "," if not loop.last }}
            {%- endfor %}
        ] as counts,
        engagement.total,
        engagement.last_at

    from reasons
    inner join signals_of_topics on reasons.topic = signals_of_topics.topic
    left join coverage on signals_of_topics.signal = coverage.signal
    left join engagement
        on
            reasons.lead_id = engagement.lead_id
            and signals_of_topics.signal_number = engagement.signal_number

),

activity_by_topic as (

    select
        lead_id,
        topic,
        bool_or(is_recorded) as is_recorded,
        [
            {%- for days in windows %}
            sum(counts[{{ loop.index }}]){{ "," if not loop.last }}
            {%- endfor %}
        ] as counts,
        fsum(total) as total,
        max(last_at) as last_at,
        coalesce(
            -- (the widest window counts all that the narrower do)
            list(struct_pack(label := label, counts := counts) order by signal) filter (where counts[-1] > 0),
            []
        ) as parts

    from activity_by_signal
    group by lead_id, topic

    union all

    -- What colleagues do is no signal of the lead: it is known in numbers only.
    select
        reasons.lead_id,
        reasons.topic,
        features.colleagues_count > 0 as is_recorded,
        [
            {%- for days in windows %}
            cast(features.colleagues_engagement_{{ days }}d as hugeint){{ "," if not loop.last }}
            {%- endfor %}
        ] as counts,
        features.colleagues_count as total,
        null as last_at,
        [] as parts

    from reasons
    inner join features on reasons.lead_id = features.lead_id
    where reasons.topic = 'colleagues'

),

windowed as (

    select
        *,
        list_position(list_transform(counts, lambda n: n > 0), true) as shortest
    from activity_by_topic

),

final as (

    select
        lead_id,
        topic,
        coalesce(is_recorded, false) as is_recorded,

        cast({{ windows }} as integer[])[shortest] as window_days,
        cast(counts[shortest] as bigint) as count_in_window,
        list_transform(
            list_reverse_sort(list_transform(
                list_filter(parts, lambda part: part.counts[shortest] > 0),
                lambda part: struct_pack(n := part.counts[shortest], label := part.label)
            ))[:3],
            lambda part: part.label || ' ' || part.n
        ) as largest_parts,
        total,
        last_at

    from windowed

)

select * from final
