{#
    What leadhouse_input_plan is to look at: the folder raw_dir, or the tables of raw_schema.
    None, with a line in the log, where neither is given and the views of an earlier build are still there.
#}
{% macro input_request() %}
    {% set raw_dir = var('raw_dir') or env_var('LEADHOUSE_RAW_DIR', '') %}
    {% set raw_schema = var('raw_schema') %}
    {% set allowed = var('allow_empty_tables') %}
    {% set request = {'allow_empty_tables': [allowed] if allowed is string else allowed} %}
    {% if raw_schema %}
        {% if raw_schema.split('.')[-1] == raw_views_schema() %}
            {% do stop_run(
                'raw_schema is ' ~ raw_schema ~ ', where the build keeps views of its own: use another schema.'
            ) %}
        {% endif %}
        {% do request.update({'raw_schema': raw_schema, 'relations': input_relations(raw_schema)}) %}
    {% elif raw_dir %}
        {% do request.update({'raw_dir': raw_dir, 'files_seen': files_seen(), 'events_read': events_read()}) %}
    {% elif 'handed_over_leads' in tables_of_schema(raw_views_schema()) %}
        {% do log('Input: neither raw_dir nor raw_schema is given, so that of the last build.', info=true) %}
        {% do return(none) %}
    {% else %}
        {% do stop_run(
            'There is no input: name the folder of your files, as in scripts/build --raw-dir FOLDER (or with'
            ~ ' the variable raw_dir), or with the variable raw_schema a schema of tables. See docs/inputs.md.'
        ) %}
    {% endif %}
    {% do return(request) %}
{% endmacro %}
