{#-
    The signals that `var('signals')` declares (see check_signals), and what none of them matches: a list of
    dictionaries with all keys present. None while the project is parsed: what they become is no concern of the
    graph, and long to write out.
    An event is the first signal in the list that it matches, so that signals never count an event twice.
-#}
{% macro signals() %}
    {%- set declared = [] -%}
    {%- for signal in var("signals") if execute -%}
        {%- do declared.append({
            "name": signal.name,
            "label": signal.get("label", signal.name | replace("_", " ")),
            "event_types": signal.event_types,
            "url_like": signal.get("url_like", []),
            "topic_like": signal.get("topic_like", []),
            "properties_like": signal.get("properties_like", []),
            "channel": signal.channel,
            "stage": signal.stage,
            "sign": signal.sign,
        }) -%}
    {%- endfor -%}
    {%- do declared.append({
        "name": "other_events", "label": "events of no declared signal", "event_types": [], "url_like": [],
        "topic_like": [], "properties_like": [], "channel": "other", "stage": "awareness", "sign": "positive",
    }) -%}
    {{- return(declared) -}}
{% endmacro %}
