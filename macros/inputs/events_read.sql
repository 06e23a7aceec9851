{# The files of events that base_events holds, each with its stamp. Asked of the catalogue first: see tables_of_schema. #}
{% macro events_read() %}
    {% set known = run_query(
        "select 1 from information_schema.columns where table_catalog = '" ~ target.database ~ "' and table_schema = '"
        ~ target.schema ~ "' and table_name = 'base_events' and column_name = 'file_stamp'"
    ) %}
    {% if not known.rows %}
        {% do return({}) %}
    {% endif %}
    {% set files = run_query('select distinct source_file, file_stamp from ' ~ target.schema ~ '.base_events') %}
    {% set stamps = {} %}
    {% for file, stamp in files.rows %}
        {% do stamps.update({file: stamp}) %}
    {% endfor %}
    {% do return(stamps) %}
{% endmacro %}
