{#
    Writes down that a run begins, before anything else: who runs what, with which versions of it. end_run adds how it
    ended. A warehouse lets one run in at a time, so one of which nobody wrote how it ended has died.
#}
{% macro begin_run() %}
    {{ prepare_run_log() }}
    {% if is_logged_run() %}
        {% set arguments = invocation_args_dict %}
        {% set options = {} %}
        {% for name in [
            'select', 'exclude', 'selector', 'resource_types', 'exclude_resource_types', 'full_refresh', 'empty',
        ] if arguments.get(name) %}
            {% do options.update({name: arguments.get(name)}) %}
        {% endfor %}
        {% set row = ask_library('leadhouse_run_surroundings', {
            'project': arguments.get('project_dir') or '.',
            'variables': toyaml(arguments.get('vars') or {}),
        }) %}
        {% do row.update({
            'run_id': run_id(),
            'invocation_id': invocation_id,
            'command': flags.WHICH,
            'options': tojson(options) if options else none,
            'inputs_from': var('raw_schema') or var('raw_dir') or env_var('LEADHOUSE_RAW_DIR', '') or none,
            'dbt_version': dbt_version,
            'began_at': run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f'),
        }) %}
        update {{ operations_schema() }}.runs set outcome = 'died' where outcome is null;
        {{ log_rows('runs', [row]) }}
    {% endif %}
{% endmacro %}
