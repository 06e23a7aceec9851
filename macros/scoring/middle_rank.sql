{#-
    Where a value lies among all rows, 0 (the least) to 100: the share of the others that are below it, and half of
    those that equal it, so that rows which do not differ are in the middle.
-#}
{% macro middle_rank(value) -%}
    coalesce(
        100 * (rank() over (order by {{ value }}) - 1 + (count(*) over (partition by {{ value }}) - 1) / 2)
        / nullif(count(*) over () - 1, 0),
        50
    )
{%- endmacro %}
