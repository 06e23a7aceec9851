{# A number for a row that has none yet, higher than those of this model's table: numbers grow as rows come. #}
{% macro next_number(number) -%}
    {%- if is_incremental() -%}
        coalesce({{ number }}, (select coalesce(max({{ number.split('.')[-1] }}), 0) from {{ this }}) + row_number() over ())
    {%- else -%}
        row_number() over ()
    {%- endif -%}
{%- endmacro %}
