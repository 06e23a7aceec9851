with runs as (

    select * from {{ source('operations', 'finished_runs') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

final as (

    select max(runs.as_of) as as_of
    from runs
    inner join run_context on runs.as_of < run_context.as_of
    having count(*) > 0

)

select * from final
