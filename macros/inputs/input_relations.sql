{#
    The tables of the contract that a schema holds: relation, columns (name, type) and whether there are rows.
    schema: "name" in the target's database, or "database.name".
#}
{% macro input_relations(schema) %}
    {% set relations = {} %}
    {% for name in tables_of_schema(schema) if name | lower in input_tables() %}
        {% set relation = schema ~ '.' ~ name %}
        {% set described = run_query('describe ' ~ relation).columns %}
        {% set first_row = run_query('select true from ' ~ relation ~ ' limit 1') %}
        {% do relations.update({
            name | lower: {
                'relation': relation,
                'columns': zip(described['column_name'].values(), described['column_type'].values()) | list,
                'has_rows': first_row.rows | length > 0,
            },
        }) %}
    {% endfor %}
    {% do return(relations) %}
{% endmacro %}
