{# Has Python write the models to Parquet files and switch readers over to them. #}
{% macro publish_parquet(models) %}
    {% set tables = [] %}
    {% for model in models %}
        {% set columns = {} %}
        {% for column in model.columns.values() %}
            {% do columns.update({column.name: column.description}) %}
        {% endfor %}
        {% do tables.append({
            'name': model.name,
            'relation': model.relation_name,
            'description': model.description,
            'columns': columns,
        }) %}
    {% endfor %}
    {% set request = tojson({
        'folder': var('publish_folder') or publish_folder_beside(target.path),
        'run': run_started_at.strftime('%Y%m%dT%H%M%S') ~ '-' ~ invocation_id[:8],
        'keep': var('publish_keep'),
        'tables': tables,
    }) %}
    {% set answer = run_query("select leadhouse_publish('" ~ request | replace("'", "''") ~ "') as readers_file") %}
    {% do log('Published: ' ~ answer.columns['readers_file'].values()[0], info=true) %}
{% endmacro %}

{# Beside the database file: warehouse/leadhouse.duckdb is published in warehouse/leadhouse_published. #}
{% macro publish_folder_beside(database) -%}
    {{ return(modules.re.sub('\\.[^./]*$', '', database | string) ~ '_published') }}
{%- endmacro %}
