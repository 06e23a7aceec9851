{# Has the library publish the models, all or none. #}
{% macro publish_models(models) %}
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
            'keys': unique_keys(model),
        }) %}
    {% endfor %}
    {% set answer = ask_library('leadhouse_publish', {
        'target': publish_target(),
        'run': run_id(),
        'tables': tables,
    }) %}
    {% do log('Published: ' ~ answer.published, info=true) %}
{% endmacro %}
