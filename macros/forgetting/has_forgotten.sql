{# Whether anyone was forgotten: where not, the raw views need not look. Asked of the catalogue first: see tables_of_schema. #}
{% macro has_forgotten() %}
    {% if 'suppressions' not in tables_of_schema(operations_schema()) %}
        {% do return(false) %}
    {% endif %}
    {% set found = run_query('select 1 from ' ~ operations_schema() ~ '.suppressions limit 1') %}
    {% do return(found.rows | length > 0) %}
{% endmacro %}
