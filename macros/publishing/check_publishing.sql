{# Stops a build at its start if it could not be published at its end. #}
{% macro check_publishing() %}
    {% if execute and flags.WHICH == 'build' and not flags.EMPTY %}
        {% do ask_library('leadhouse_check_publishing', publish_target()) %}
    {% endif %}
{% endmacro %}
