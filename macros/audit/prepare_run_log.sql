{# Makes the tables of the run log, so that runs can write to them and models can read them. #}
{% macro prepare_run_log() %}
    {% if execute and (is_logged_run() or flags.WHICH == 'test') %}
        {% set schema = operations_schema() %}
        create schema if not exists {{ schema }};
        {% for table, columns in run_log_tables().items() %}
            create table if not exists {{ schema }}.{{ table }} (
                {% for column, type in columns.items() %}
                    {{ column }} {{ type }}{{ ',' if not loop.last }}
                {% endfor %}
            );
        {% endfor %}
    {% endif %}
{% endmacro %}
