{%- do check_configuration() -%}
{%- set horizon = var('label_horizon_days') -%}
{%- set first_days = horizon + var('test_days') -%}
{%- set step_days = [horizon, var('test_days')] | max -%}
{%- set gap_days = horizon + var('calibration_days') -%}
with run_context as (

    select * from {{ ref('run_context') }}

),

-- 0 is now: the model that scores. The others look back, the newest first, each tested until the next begins.
numbers as (

    select unnest(range({{ var('evaluation_origins') }} + 1)) as origin_number

),

origins as (

    select
        numbers.origin_number,
        case
            when numbers.origin_number = 0 then run_context.as_of
            else {{ days_after(
                'run_context.as_of', '-(' ~ first_days ~ ' + ' ~ step_days ~ ' * (numbers.origin_number - 1))'
            ) }}
        end as origin_at

    from numbers
    cross join run_context

),

final as (

    select
        cast(origin_number as integer) as origin_number,
        origin_at,
        {{ days_after('origin_at', -gap_days) }} as calibrate_from,
        case when origin_number > 1 then lag(origin_at) over (order by origin_number) end as test_until

    from origins

)

select * from final
