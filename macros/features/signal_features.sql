{#- Features that are one measure of one signal: the columns of int_signal_measures. See feature_definitions. -#}
{% macro signal_features() %}
    {%- set units = {"window": "entries", "decay": "weight", "recency": "days", "total": "weight"} -%}
    {%- set features = [] -%}
    {%- for signal in ledger_signals() -%}
        {%- for measure in measures() if measure.kind in signal.measures -%}
            {%- do features.append({
                "name": signal.name ~ "_" ~ measure.name, "topic": signal.topic or signal.name, "type": "number",
                "unit": units[measure.kind], "group": signal.group, "sql": signal.name ~ "_" ~ measure.name,
                "known_when": "when the event, touch, verdict or note was known",
                "description": (signal.label | capitalize) ~ ", " ~ measure_phrase(measure) ~ ".",
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(features) -}}
{% endmacro %}
