{#-
    All signals of the ledger, declared and derived, in one list: name, label, measures, group. The place in the
    list (from 1) is the signal's number in int_engagement__by_moment.
-#}
{% macro ledger_signals() %}
    {%- set all_signals = [] -%}
    {%- for signal in signals() -%}
        {%- do all_signals.append({
            "name": signal.name, "label": signal.label, "measures": ["window", "decay", "recency"],
            "group": "engagement",
        }) -%}
    {%- endfor -%}
    {{- return(all_signals + derived_signals()) -}}
{% endmacro %}
