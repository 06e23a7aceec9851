{# Beside the database file: warehouse/leadhouse.duckdb is published in warehouse/leadhouse_published. #}
{% macro publish_folder_beside(database) -%}
    {{ return(modules.re.sub('\\.[^./]*$', '', database | string) ~ '_published') }}
{%- endmacro %}
