{#-
    The column of int_signal_measures that holds a measure of a signal, or null where the project declares no such
    signal or window: features that combine signals must not break when a user declares her own.
-#}
{% macro signal_measure(signal, measure) -%}
    {%- set known = signal in ledger_signals() | map(attribute="name") and measure in measures() | map(attribute="name") -%}
    {{- (signal ~ "_" ~ measure) if known else "cast(null as float)" -}}
{%- endmacro %}
