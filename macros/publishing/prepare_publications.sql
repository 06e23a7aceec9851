{# Makes the table of all places that this warehouse has published to, which `leadhouse forget` erases people from. #}
{% macro prepare_publications() %}
    {% if execute and flags.WHICH in ('run', 'build', 'test', 'snapshot', 'freshness') %}
        create schema if not exists {{ operations_schema() }};
        create table if not exists {{ operations_schema() }}.publications (
            publish_to varchar not null,
            place varchar not null,
            server varchar not null
        );
    {% endif %}
{% endmacro %}
