{#- The place (from 1) of a signal, named by an SQL expression, in ledger_signals(). -#}
{% macro signal_number(signal) -%}
    cast(list_position([
        {%- for known in ledger_signals() %}
        '{{ known.name }}'{{ "," if not loop.last }}
        {%- endfor %}
    ], {{ signal }}) as utinyint)
{%- endmacro %}
