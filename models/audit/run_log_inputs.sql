{{ config(materialized='view') }}
with inputs as (

    select * from {{ source('run_operations', 'run_inputs') }}

),

runs as (

    select * from {{ source('run_operations', 'runs') }}

),

final as (

    select
        inputs.run_id,
        inputs.input_table,
        inputs.source_file,

        inputs.sha256,
        inputs.count_bytes,
        inputs.count_rows,

        inputs.changed_at,
        min(runs.began_at) over (
            partition by inputs.input_table, inputs.source_file, inputs.sha256
        ) as first_read_at

    from inputs
    inner join runs on inputs.run_id = runs.run_id

)

select * from final
