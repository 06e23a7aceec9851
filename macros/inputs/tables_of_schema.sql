{#
    The names of the tables and views of a schema, "name" or "database.name".

    Asked of the catalogue: the adapter's own look-up would leave a transaction open, and what a hook then
    makes would be rolled back.
#}
{% macro tables_of_schema(schema) %}
    {% set parts = schema.split('.') %}
    {% set answer = run_query(
        'select table_name from information_schema.tables'
        ~ " where lower(table_schema) = lower('" ~ parts[-1] ~ "')"
        ~ " and lower(table_catalog) = lower('" ~ (parts[0] if parts | length > 1 else target.database) ~ "')"
    ) %}
    {% do return(answer.columns['table_name'].values()) %}
{% endmacro %}
