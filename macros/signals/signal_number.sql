{#- The place (from 1) of a signal, named by an SQL expression, in ledger_signals(). -#}
{% macro signal_number(signal) -%}
    cast(list_position(['{{ ledger_signals() | map(attribute="name") | join("', '") }}'], {{ signal }}) as utinyint)
{%- endmacro %}
