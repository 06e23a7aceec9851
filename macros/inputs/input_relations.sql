{#
    The tables of the contract that a schema holds: relation, columns (name, type) and whether there are rows.
    raw_schema: a schema of the target's database, or database.schema.
#}
{% macro input_relations(raw_schema) %}
    {% set parts = raw_schema.split('.') %}
    {% set database = parts[0] if parts | length > 1 else target.database %}
    {% set relations = {} %}
    {% for table in input_tables() %}
        {% set relation = adapter.get_relation(database, parts[-1], table) %}
        {% if relation %}
            {% set described = run_query('describe ' ~ relation) %}
            {% set columns = zip(described.columns['column_name'].values(), described.columns['column_type'].values()) %}
            {% set first_row = run_query('select true from ' ~ relation ~ ' limit 1') %}
            {% do relations.update({
                table: {
                    'relation': relation | string,
                    'columns': columns | list,
                    'has_rows': first_row.rows | length > 0,
                },
            }) %}
        {% endif %}
    {% endfor %}
    {% do return(relations) %}
{% endmacro %}
