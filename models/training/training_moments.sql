{%- do check_configuration() -%}
{%- set horizon = var('label_horizon_days') -%}
with run_context as (

    select * from {{ ref('run_context') }}

),

spine as (

    select * from {{ ref('spine') }}

),

lifecycles as (

    select * from {{ ref('int_lead_lifecycles') }}

),

-- A fit as of its origin calibrates on the newest moments whose labels were all known by then, and trains on
-- moments whose labels were all known when the calibration's moments began. The evaluation is the same fit at
-- an earlier origin, tested on what came after.
origins as (

    select
        as_of,
        {{ days_after('as_of', -(horizon + var('calibration_days'))) }} as final_calibration_from,
        {{ days_after('as_of', -(horizon + var('test_days'))) }} as evaluation_origin,
        {{ days_after('as_of', -(2 * horizon + var('test_days') + var('calibration_days'))) }}
            as evaluation_calibration_from
    from run_context

),

labelled as (

    select
        spine.spine_id,
        spine.lead_id,
        spine.moment_at,

        coalesce(
            lifecycles.won_at > spine.moment_at
            and lifecycles.won_at <= {{ days_after('spine.moment_at', horizon) }},
            false
        ) as is_won_within_horizon,

        -- known once the lead is closed or the window is over, whichever comes first
        least(lifecycles.closed_at, {{ days_after('spine.moment_at', horizon) }}) as label_known_at,

        -- the moment of the grid at or after this one
        {{ days_after(
            'origins.as_of',
            '-floor(' ~ days_between('spine.moment_at', 'origins.as_of') ~ ' / ' ~ var('snapshot_every_days') ~ ') * '
            ~ var('snapshot_every_days')
        ) }} as cohort_at

    from spine
    inner join lifecycles on spine.lead_id = lifecycles.lead_id
    cross join origins

),

-- Leads that convert are known sooner than leads that do not. So a moment is used only when the labels of all
-- its leads are known: otherwise early winners would stand for all.
cohorts as (

    select
        *,
        max(label_known_at) over (partition by cohort_at) as cohort_known_at
    from labelled

),

final as (

    select
        cohorts.lead_id,
        cohorts.moment_at,

        case when cohorts.label_known_at <= origins.as_of then cohorts.is_won_within_horizon end as label,
        cohorts.label_known_at,
        cohorts.cohort_known_at,

        case
            when cohorts.cohort_known_at <= origins.evaluation_calibration_from then 'train'
            when
                cohorts.moment_at >= origins.evaluation_calibration_from
                and cohorts.cohort_known_at <= origins.evaluation_origin
                then 'calibrate'
            when
                cohorts.moment_at >= origins.evaluation_origin
                and cohorts.cohort_known_at <= origins.as_of
                then 'test'
        end as evaluation_use,
        case
            when cohorts.cohort_known_at <= origins.final_calibration_from then 'train'
            when
                cohorts.moment_at >= origins.final_calibration_from
                and cohorts.cohort_known_at <= origins.as_of
                then 'calibrate'
        end as final_use,

        cast(1 as float) as weight

    from cohorts
    cross join origins

)

select * from final
