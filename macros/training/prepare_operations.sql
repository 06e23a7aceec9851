{#
    Makes the tables that `leadhouse models`, `leadhouse backtest` and note_finished_run write to, so that models can
    read them. In a warehouse of an earlier release all runs that were told count as finished.
#}
{% macro prepare_operations() %}
    {% if execute and flags.WHICH in ('run', 'build', 'test') %}
        {% set schema = operations_schema() %}
        create schema if not exists {{ schema }};
        create table if not exists {{ schema }}.model_decisions (
            model_version varchar not null,
            decision varchar not null,
            decided_as_of timestamp not null,
            after_training_run bigint not null,
            decided_at timestamp not null,
            reason varchar not null
        );
        create table if not exists {{ schema }}.backtest_predictions (
            origin_at timestamp not null,
            horizon_days integer not null,
            contestant varchar not null,
            model_kind varchar not null,
            model_version varchar not null,
            lead_id varchar not null,
            margin double,
            probability double,
            configuration varchar not null
        );
        create table if not exists {{ schema }}.finished_runs (as_of timestamp not null);
        {% if 'finished_runs' not in tables_of_schema(schema) and 'int_told_runs' in tables_of_schema(target.schema) %}
            insert into {{ schema }}.finished_runs select as_of from {{ target.schema }}.int_told_runs;
        {% endif %}
    {% endif %}
{% endmacro %}
