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

origins as (

    select * from {{ ref('training_origins') }}

),

labelled as (

    select
        spine.spine_id,
        spine.lead_id,
        spine.moment_at,
        spine.is_blind,
        spine.sample_weight,

        coalesce(
            lifecycles.won_at > spine.moment_at
            and lifecycles.won_at <= {{ days_after('spine.moment_at', horizon) }},
            false
        ) as is_won_within_horizon,

        -- known once the lead is closed or the window is over, whichever comes first
        least(lifecycles.closed_at, {{ days_after('spine.moment_at', horizon) }}) as label_known_at,

        -- the moment of the grid at or after this one
        {{ days_after(
            'run_context.as_of',
            '-floor(' ~ days_between('spine.moment_at', 'run_context.as_of') ~ ' / ' ~ var('snapshot_every_days') ~ ') * '
            ~ var('snapshot_every_days')
        ) }} as cohort_at

    from spine
    inner join lifecycles on spine.lead_id = lifecycles.lead_id
    cross join run_context

),

-- Leads that convert are known sooner than leads that do not. So a moment is used only when the labels of all
-- its leads are known: otherwise early winners would stand for all.
cohorts as (

    select
        *,
        max(label_known_at) over (partition by cohort_at) as cohort_known_at
    from labelled

),

used as (

    select
        origins.origin_number,
        origins.origin_at,
        origins.calibrate_from,
        run_context.as_of,
        cohorts.*,

        case
            when cohorts.cohort_known_at <= origins.calibrate_from then 'train'
            when
                cohorts.moment_at >= origins.calibrate_from
                and cohorts.cohort_known_at <= origins.origin_at
                then 'calibrate'
            when
                origins.origin_number > 0
                and cohorts.moment_at >= origins.origin_at
                and (origins.test_until is null or cohorts.moment_at < origins.test_until)
                and cohorts.cohort_known_at <= run_context.as_of
                then 'test'
        end as use_if_blind

    from cohorts
    cross join origins
    cross join run_context

),

-- A lead that was drawn because it was won may train and calibrate, by its weight; it proves nothing.
allowed as (

    select
        *,
        case when is_blind or use_if_blind != 'test' then use_if_blind end as use
    from used

),

final as (

    select
        origin_number,
        origin_at,
        lead_id,
        moment_at,
        cohort_at,
        is_blind,
        sample_weight,

        case when label_known_at <= as_of then is_won_within_horizon end as label,
        label_known_at,
        cohort_known_at,

        use,
        case
            when use = 'train' then 'How its leads ended was known when the moments to calibrate on began.'
            when use = 'calibrate'
                then 'Later than all that trains, and how its leads ended was known by the origin.'
            when use = 'test' then 'From the origin on; how its leads ended is known by now.'
            when use_if_blind is not null
                then 'Its lead was drawn because it was won: that may train and calibrate, but not prove.'
            when cohort_known_at > as_of then 'A lead that was open at this moment can still convert.'
            when moment_at >= origin_at then 'Left to the test of a later origin.'
            when cohort_known_at > origin_at
                then 'At the origin, a lead that was open at this moment could still convert.'
            else 'Lies in the gap of a horizon between training and calibration.'
        end as reason

    from allowed

)

select * from final
