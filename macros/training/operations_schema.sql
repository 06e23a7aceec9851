{# The schema of what people and tools add between builds: main_operations where the target's schema is main. #}
{% macro operations_schema() %}
    {%- do return(target.schema ~ '_operations') -%}
{% endmacro %}
