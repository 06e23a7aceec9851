{#-
    dbt-duckdb's own makes a temporary table of an incremental model's new rows. For a Python model,
    which writes through another cursor, the table is not temporary after all, and nobody drops it:
    every run would leave one behind. An ordinary table under the name of the intermediate one is dropped at the end of the run, or,
    after a crash, at the start of the next.
-#}
{% macro duckdb__dispatch_temporary_relation(target_relation, batch_id='') %}
    {%- if model.language == 'python' -%}
        {%- do return({
            'relation': make_intermediate_relation(target_relation),
            'temporary': false,
        }) -%}
    {%- endif -%}
    {%- do return({'relation': make_temp_relation(target_relation), 'temporary': true}) -%}
{% endmacro %}
