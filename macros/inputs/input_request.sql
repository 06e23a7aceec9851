{#
    What input_plan is to look at: the folder raw_dir, or the tables of raw_schema with their columns.
    None, with a line in the log, where neither is given and the views of an earlier build are still there.
#}
{% macro input_request() %}
    {% set raw_dir = var('raw_dir') or env_var('LEADHOUSE_RAW_DIR', '') %}
    {% set allow_empty_tables = var('allow_empty_tables') %}
    {% if var('raw_schema') %}
        {% do return({
            'raw_schema': var('raw_schema'),
            'relations': input_relations(var('raw_schema')),
            'allow_empty_tables': allow_empty_tables,
        }) %}
    {% elif raw_dir %}
        {% do return({'raw_dir': raw_dir, 'allow_empty_tables': allow_empty_tables}) %}
    {% elif adapter.get_relation(target.database, raw_views_schema(), 'leads') %}
        {% do log('Input: neither raw_dir nor raw_schema is given; reading the input of the last build.', info=true) %}
        {% do return(none) %}
    {% else %}
        {% do exceptions.raise_compiler_error(
            'There is no input: name the folder of your files, as in scripts/build --raw-dir FOLDER (or the'
            ~ ' variable raw_dir), or with the variable raw_schema a schema of tables. See docs/inputs.md.'
        ) %}
    {% endif %}
{% endmacro %}
