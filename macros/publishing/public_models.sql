{# The models that others may read: those whose access is public. #}
{% macro public_models() %}
    {{ return(
        graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'model')
        | selectattr('config.access', 'equalto', 'public')
        | sort(attribute='name')
        | list
    ) }}
{% endmacro %}
