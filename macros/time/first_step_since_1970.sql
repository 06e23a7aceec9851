{#- A moment brought back by whole steps of `step_days` to the first one since 1970: alike for moments of one grid. -#}
{% macro first_step_since_1970(moment, step_days) -%}
    {%- set epoch = "timestamp '1970-01-01'" -%}
    {{ days_after(moment, "-" ~ step_days ~ " * floor(" ~ days_between(epoch, moment) ~ " / " ~ step_days ~ ")") }}
{%- endmacro %}
