{# Lists of columns whose values together stand once in a model: what its tests say of all its rows. #}
{% macro unique_keys(model) %}
    {% set keys = [] %}
    {% for test in graph.nodes.values() if test.resource_type == 'test' and test.attached_node == model.unique_id %}
        {% set metadata = test.test_metadata %}
        {% if metadata and not test.config.where and test.config.severity | lower != 'warn' %}
            {% if metadata.name == 'unique' %}
                {% do keys.append([metadata.kwargs.column_name]) %}
            {% elif metadata.name == 'unique_combination' %}
                {% do keys.append(metadata.kwargs.columns) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {{ return(keys) }}
{% endmacro %}
