{#
    Makes the tables that `leadhouse sync` writes to, so that models can read them. All but crm_syncs are only added to:
    a row is written before a call and another after it, each in a transaction of its own, so that a crash leaves a
    call without an end, never an end without a call.
#}
{% macro prepare_sync_tables() %}
    {% if execute and flags.WHICH in ('run', 'build', 'test') %}
        {% set schema = operations_schema() %}
        create schema if not exists {{ schema }};
        create table if not exists {{ schema }}.crm_syncs (
            sync_id varchar not null,
            destination varchar not null,
            started_at timestamp not null,
            ended_at timestamp,
            outcome varchar,
            summary varchar
        );
        create table if not exists {{ schema }}.crm_sends (
            request_id varchar not null,
            sync_id varchar not null,
            destination varchar not null,
            lead_id varchar not null,
            address varchar not null,
            properties varchar not null,
            properties_hash varchar not null,
            is_leaving boolean not null,
            sent_at timestamp not null
        );
        create table if not exists {{ schema }}.crm_calls (
            request_id varchar not null,
            attempt integer not null,
            began_at timestamp not null
        );
        create table if not exists {{ schema }}.crm_call_ends (
            request_id varchar not null,
            attempt integer not null,
            ended_at timestamp not null,
            outcome varchar not null,
            http_status integer,
            answer varchar
        );
        create table if not exists {{ schema }}.crm_answers (
            request_id varchar not null,
            lead_id varchar not null,
            status varchar not null,
            record_id varchar,
            answer varchar,
            answered_at timestamp not null
        );
    {% endif %}
{% endmacro %}
