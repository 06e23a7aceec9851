{{ config(materialized='view') }}
with runs as (

    select * from {{ source('run_operations', 'runs') }}

),

results as (

    select
        *,
        kind in ('test', 'unit_test') as is_test,
        status in ('fail', 'error', 'runtime error', 'partial success') as has_failed
    from {{ source('run_operations', 'run_results') }}

),

inputs as (

    select * from {{ source('run_operations', 'run_inputs') }}

),

checks as (

    select
        run_id,
        count(*) filter (where kind = 'model' and status = 'success') as count_models_built,
        count(*) filter (where is_test and status = 'pass') as count_tests_passed,
        count(*) filter (where is_test and status = 'warn') as count_tests_warned,
        count(*) filter (where is_test and has_failed) as count_tests_failed,
        count(*) filter (where status = 'skipped') as count_skipped,
        list(node order by node) filter (where has_failed) as failures
    from results
    group by run_id

),

input_counts as (

    select
        run_id,
        count(*) as count_inputs
    from inputs
    group by run_id

),

final as (

    select
        runs.run_id,
        runs.invocation_id,
        runs.command,
        runs.options,
        runs.variables,
        runs.inputs_from,

        runs.account_name,
        runs.host_name,
        runs.began_at,
        runs.ended_at,
        date_diff('millisecond', runs.began_at, runs.ended_at) / 1e3 as seconds,
        runs.outcome,

        runs.as_of,
        runs.model_version,
        coalesce(input_counts.count_inputs, 0) as count_inputs,
        runs.count_scored_leads,
        runs.count_rejected_rows,

        coalesce(checks.count_models_built, 0) as count_models_built,
        coalesce(checks.count_tests_passed, 0) as count_tests_passed,
        coalesce(checks.count_tests_warned, 0) as count_tests_warned,
        coalesce(checks.count_tests_failed, 0) as count_tests_failed,
        coalesce(checks.count_skipped, 0) as count_skipped,
        coalesce(checks.failures, []) as failures,

        runs.git_revision,
        runs.is_project_changed,
        runs.leadhouse_version,
        runs.dbt_version,
        runs.duckdb_version,
        runs.lightgbm_version,
        runs.onnxruntime_version,
        runs.python_version

    from runs
    left join checks on runs.run_id = checks.run_id
    left join input_counts on runs.run_id = input_counts.run_id

)

select * from final
