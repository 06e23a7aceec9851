{{ config(materialized='view') }}
with results as (

    select * from {{ source('run_operations', 'run_results') }}

),

final as (

    select
        run_id,
        phase,

        count(*) as count_nodes,
        count(*) filter (where status in ('fail', 'error', 'runtime error', 'partial success'))
            as count_failed,
        count(*) filter (where status = 'skipped') as count_skipped,

        sum(seconds) as seconds,
        min(began_at) as began_at,
        max(ended_at) as ended_at

    from results
    group by run_id, phase

)

select * from final
