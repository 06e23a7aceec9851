{# Whether this run of dbt is one for the run log: one that makes tables. #}
{% macro is_logged_run() -%}
    {{ return(execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot')) }}
{%- endmacro %}
