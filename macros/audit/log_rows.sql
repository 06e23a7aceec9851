{# SQL that adds rows, a list of mappings, to a table of the run log. Columns that a row does not name are null. #}
{% macro log_rows(table, rows) %}
    {% set types = run_log_tables()[table] %}
    insert into {{ operations_schema() }}.{{ table }} by name
    select unnest(
        from_json('{{ tojson(rows) | replace("'", "''") }}', '{{ tojson([types]) }}'), recursive := true
    );
{% endmacro %}
