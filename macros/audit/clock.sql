{# Now, by the clock, UTC. For the run log alone: what is computed hangs on as_of and on nothing else. #}
{% macro clock() -%}
    cast(now() at time zone 'UTC' as timestamp)
{%- endmacro %}
