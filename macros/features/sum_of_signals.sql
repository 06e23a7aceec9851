{#-
    The sum of a measure over the positive signals whose `key` is `value` (all of them without a key), as an SQL
    expression over int_signal_measures: unknown signals are left out, null if all are unknown.
-#}
{% macro sum_of_signals(key, value, measure) -%}
    {%- set chosen = signals() | selectattr("sign", "equalto", "positive") | list -%}
    {%- if key -%}
        {%- set chosen = chosen | selectattr(key, "equalto", value) | list -%}
    {%- endif -%}
    list_sum([
        {%- for signal in chosen -%}
            {{ signal.name }}_{{ measure }}{{ ", " if not loop.last }}
        {%- endfor -%}
    ])
{%- endmacro %}
