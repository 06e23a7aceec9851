{#
    The SQL of the raw views, one for each table of the input contract and those about what has arrived, before
    anything is built; what was found in the files, for the next build to remember; and which they are, for the run log.
    What is handed over has views of its own: the raw views leave out of it who was forgotten.

    What the files hold is for Python to find out; this macro asks, raises all that is wrong at once in full
    sentences, and else gives the SQL, for dbt to run. Commands that read no data do not ask.
#}
{% macro prepare_inputs() %}
    {% if execute and flags.WHICH in ('run', 'build', 'test', 'snapshot', 'freshness') %}
        {% do check_as_of() %}
        {% set request = input_request() %}
        {% if request %}
            {% set question = "'" ~ tojson(request) | replace("'", "''") ~ "'" %}
            {% set answer = run_query('select leadhouse_input_plan(' ~ question ~ ') as plan') %}
            {% set plan = fromjson(answer.columns['plan'].values()[0]) %}
            {% for warning in plan.warnings %}
                {% do log('Input: ' ~ warning, info=true) %}
            {% endfor %}
            {% if plan.errors %}
                {% do stop_run(
                    'The input cannot be used (docs/errors.md says more):\n  - ' ~ plan.errors | join('\n  - ')
                ) %}
            {% endif %}
            create schema if not exists {{ raw_views_schema() }};
            {% for name, select in plan.views.items() %}
                create or replace view {{ raw_views_schema() }}.handed_over_{{ name }} as {{ select }};
            {% endfor %}
            create or replace table {{ raw_views_schema() }}.input_files as
            select unnest(cast('{{ tojson(plan.files_seen) | replace("'", "''") }}' as json[])) as entry;
            {% if is_logged_run() %}
                {% set inputs = [] %}
                {% for input in plan.inputs %}
                    {% do inputs.append(dict(input, run_id=run_id())) %}
                {% endfor %}
                {{ log_rows('run_inputs', inputs) }}
            {% endif %}
        {% endif %}
        {{ leave_out_forgotten() }}
    {% endif %}
{% endmacro %}
