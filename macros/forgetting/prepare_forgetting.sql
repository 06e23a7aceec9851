{#
    Makes the tables that `leadhouse forget` writes to, and the two SQL macros by which it and the raw views know a
    forgotten person again. Of her there are hashes alone, salted with what only this warehouse holds; her ids only while
    something of an erasure is left to do.
#}
{% macro prepare_forgetting() %}
    {% if execute and flags.WHICH in ('run', 'build', 'test', 'snapshot', 'freshness') %}
        {% set schema = operations_schema() %}
        create schema if not exists {{ schema }};
        create table if not exists {{ schema }}.erasures (
            erasure_id varchar not null,
            begun_at timestamp not null,
            ended_at timestamp,
            reason varchar,
            count_lead_ids integer not null,
            deleted_rows varchar not null,
            destinations varchar not null,
            published varchar not null
        );
        create table if not exists {{ schema }}.unfinished_erasures (
            erasure_id varchar not null,
            lead_ids varchar[] not null,
            addresses varchar[] not null,
            devices varchar[] not null
        );
        create table if not exists {{ schema }}.erasure_models (
            erasure_id varchar not null,
            model_version varchar not null,
            refit_by date not null
        );
        create table if not exists {{ schema }}.suppressions (
            erasure_id varchar not null,
            kind varchar not null,
            person_hash varchar not null,
            suppressed_at timestamp not null
        );
        create table if not exists {{ schema }}.suppression_salt as
        select cast(gen_random_uuid() as varchar) as salt;
        create or replace macro {{ schema }}.person_hash(kind, id) as
        sha256((select salt from {{ schema }}.suppression_salt) || ' ' || kind || ' ' || id);
        create or replace macro {{ schema }}.person_email(address) as
        {{ normalize_email(plausible_email('address')) }};
    {% endif %}
{% endmacro %}
