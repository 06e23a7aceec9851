{# The start of the last run that put rows into this model's table, an SQL expression. #}
{% macro watermark() -%}
    (select coalesce(max(built_at), timestamp '1970-01-01') from {{ this }})
{%- endmacro %}
