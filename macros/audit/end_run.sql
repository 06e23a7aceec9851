{#
    Writes down how a run ended: each node's result, and the run's in numbers. Before it is published, so that a run is
    in the log that it publishes; a publishing that fails amends it (stop_run).

    results: of the run, as on-run-end has them.
#}
{% macro end_run(results) %}
    {% if is_logged_run() %}
        {% set rows = [] %}
        {% set built = {} %}
        {% for result in results if result.node.resource_type != 'exposure' %}
            {% set node = result.node %}
            {% set folders = node.original_file_path.split('/') %}
            {% if node.resource_type == 'model' %}
                {% set phase = folders[1] if folders[0] == 'models' and folders | length > 2 else folders[0] %}
            {% else %}
                {% set phase = node.resource_type ~ 's' %}
            {% endif %}
            {% do rows.append({
                'run_id': run_id(),
                'node': node.name,
                'kind': node.resource_type | string,
                'phase': phase,
                'status': result.status | string,
                'seconds': result.execution_time,
                'began_at': result.timing[0].started_at | string if result.timing else none,
                'ended_at': result.timing[-1].completed_at | string if result.timing else none,
            }) %}
            {% if result.status == 'success' %}
                {% do built.update({node.name: node.relation_name}) %}
            {% endif %}
        {% endfor %}
        {{ log_rows('run_results', rows) }}
        {% set bad = results | selectattr('status', 'in', [
            'error', 'fail', 'runtime error', 'partial success', 'skipped',
        ]) | list %}
        update {{ operations_schema() }}.runs
        set
            ended_at = {{ clock() }},
            outcome = '{{ 'failed' if bad else 'success' }}'
            {%- for column, model, figure in [
                ('as_of', 'run_context', 'any_value(as_of)'),
                ('model_version', 'lead_scores', 'any_value(model_version)'),
                ('count_scored_leads', 'lead_scores', 'count(*)'),
                ('count_rejected_rows', 'rejected_rows', 'count(*)'),
            ] if model in built %},
            {{ column }} = (select {{ figure }} from {{ built[model] }})
            {%- endfor %}
        where run_id = '{{ run_id() }}';
    {% endif %}
{% endmacro %}
