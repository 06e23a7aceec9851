{#-
    For a post-hook: warns of leakage in the sentences that a query finds; under strict_leakage they stop the build.
    The warning is dbt's own, so --warn-error and warn_error_options hold.

    sentences: query of one column of text, each a full sentence.
-#}
{% macro report_leakage(sentences) %}
    {%- if execute -%}
        {%- set found = run_query(sentences).columns[0].values() -%}
        {%- set report = "Leakage:\n- " ~ found | join("\n- ") -%}
        {%- if found and var('strict_leakage') -%}
            {%- do exceptions.raise_compiler_error(report ~ "\nstrict_leakage is set, so nothing is trained.") -%}
        {%- elif found -%}
            {%- do exceptions.warn("[WARNING] " ~ report) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
