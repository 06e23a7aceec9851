{#
    The tables of the contract that a schema holds: relation, columns (name, type) and whether there are rows.
    raw_schema: a schema of the warehouse's database, or database.schema.
#}
{% macro input_relations(raw_schema) %}
    {% set parts = raw_schema.split('.') %}
    {% set database = parts[0] if parts | length == 2 else target.database %}
    {% set relations = {} %}
    {% for table in input_tables() %}
        {% set relation = adapter.get_relation(database, parts[-1], table) %}
        {% if relation %}
            {% set columns = [] %}
            {% for column in adapter.get_columns_in_relation(relation) %}
                {% do columns.append([column.name, column.dtype]) %}
            {% endfor %}
            {% set answer = run_query('select count(*) > 0 as has_rows from (select 1 from ' ~ relation ~ ' limit 1)') %}
            {% do relations.update({table: {
                'relation': relation | string,
                'columns': columns,
                'has_rows': answer.columns['has_rows'].values()[0],
            }}) %}
        {% endif %}
    {% endfor %}
    {% do return(relations) %}
{% endmacro %}
