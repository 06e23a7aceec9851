{# Stops a run with a sentence for people, and writes down that it was stopped. For hooks. #}
{% macro stop_run(sentence) %}
    {% if is_logged_run() %}
        {% do run_query(
            'update ' ~ operations_schema() ~ '.runs set ended_at = ' ~ clock() ~ ", outcome = 'stopped'"
            ~ " where run_id = '" ~ run_id() ~ "'"
        ) %}
    {% endif %}
    {% do exceptions.raise_compiler_error(sentence) %}
{% endmacro %}
