with lift as (

    select * from {{ ref('int_lift') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

final as (

    select
        evaluations.model_version,
        evaluations.split,
        evaluations.origin_at,
        evaluations.contestant,
        lift.top_percent,

        lift.count_moments,
        round(lift.count_conversions, 12) as count_conversions,
        round(lift.precision, 12) as precision,
        round(lift.capture, 12) as capture,
        round(lift.capture * 100 / lift.top_percent, 12) as lift,

        run_context.as_of

    from lift
    inner join evaluations on lift.evaluation_id = evaluations.evaluation_id
    cross join run_context

)

select * from final
