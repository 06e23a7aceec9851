-- Evaluations whose bins, tiers or segments do not hold all their moments and conversions.
with parts as (

    {% for table in ['model_calibration', 'tier_performance'] -%}
    select
        '{{ table }}' as part,
        model_version,
        split,
        origin_at,
        contestant,
        sum(count_moments) as count_moments,
        sum(count_conversions) as count_conversions
    from {{ ref(table) }}
    group by model_version, split, origin_at, contestant

    union all

    {% endfor -%}
    select
        segment_by as part,
        model_version,
        'forward' as split,
        null as origin_at,
        'champion' as contestant,
        sum(count_moments) as count_moments,
        sum(count_conversions) as count_conversions
    from {{ ref('model_segments') }}
    group by segment_by, model_version

)

select
    parts.*,
    evaluations.count_moments as evaluated_moments,
    evaluations.count_conversions as evaluated_conversions
from parts
left join {{ ref('model_evaluation') }} as evaluations
    on
        parts.model_version = evaluations.model_version
        and parts.split = evaluations.split
        and parts.origin_at is not distinct from evaluations.origin_at
        and parts.contestant = evaluations.contestant
where
    parts.count_moments is distinct from evaluations.count_moments
    or parts.count_conversions is distinct from evaluations.count_conversions
