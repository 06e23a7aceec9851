{# The name of this run of dbt, as the run log and what is published bear it: later ones sort later. #}
{% macro run_id() -%}
    {{ return(run_started_at.strftime('%Y%m%dT%H%M%S') ~ '-' ~ invocation_id[:8]) }}
{%- endmacro %}
