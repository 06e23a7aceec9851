{# A line in the log where a model's table is made anew by itself, with the reason. #}
{% macro say_if_rebuilt() %}
    {%- if execute and flags.WHICH in ('run', 'build') and not dbt.should_full_refresh() -%}
        {%- set reason = reason_to_rebuild() -%}
        {%- if reason -%}
            {%- do log('Rebuilt in full: ' ~ model.name ~ ', as ' ~ reason ~ '.', info=true) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
