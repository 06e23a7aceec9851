{#-
    For a post-hook: warns of models that are refused. The warning is dbt's own, so --warn-error and
    warn_error_options hold.

    refused: query of the columns of model_alerts.
-#}
{% macro report_refused_models(refused) %}
    {%- if execute -%}
        {%- set found = run_query(refused).rows -%}
        {%- if found -%}
            {%- set lines = [] -%}
            {%- for row in found -%}
                {%- do lines.append(row.model_version ~ ": " ~ row.problem) -%}
            {%- endfor -%}
            {%- do exceptions.warn(
                "[WARNING] Refused models; " ~ found[0].scored_by_model_version ~ " scores (model_alerts):\n- "
                ~ lines | join("\n- ")
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
