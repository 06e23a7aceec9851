{#
    dbt's own, and: a table of events that was made from what no longer stands is made anew, by itself.
    Such a model names in its meta, under made_of, the tables whose rows it is made of.
-#}
{% macro should_full_refresh() %}
    {%- if dbt.should_full_refresh() -%}
        {%- do return(true) -%}
    {%- endif -%}
    {%- do return(execute and 'made_of' in model.config.meta and reason_to_rebuild() != '') -%}
{% endmacro %}
