{# Stops a build of public models at its start if it could not be published at its end. #}
{% macro check_publishing() %}
    {% if execute and flags.WHICH == 'build' and not flags.EMPTY
        and public_models() | selectattr('unique_id', 'in', selected_resources) | list %}
        {% do ask_library('leadhouse_check_publishing', publish_target()) %}
    {% endif %}
{% endmacro %}
