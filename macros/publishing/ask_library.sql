{# Calls a function of the library that takes and gives JSON; an answer that has `failed` stops the run in its words. #}
{% macro ask_library(function, request) %}
    {% set answer = fromjson(
        run_query("select " ~ function ~ "('" ~ tojson(request) | replace("'", "''") ~ "') as answer").rows[0][0]
    ) %}
    {% if answer.failed %}
        {% do stop_run(answer.failed) %}
    {% endif %}
    {{ return(answer) }}
{% endmacro %}
