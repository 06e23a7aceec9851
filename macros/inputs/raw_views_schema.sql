{# The schema of the raw views: main_raw where the target's schema is main. #}
{% macro raw_views_schema() %}
    {%- do return(target.schema ~ '_raw') -%}
{% endmacro %}
