{#-
    Every feature, defined once: a list of
        name, group (fit, engagement, context), type (number, category), unit, description, known_when,
        topic (what a rep would call one thing, see topic_label),
        source (events: computed from the ledger or from time alone; attributes: from facts of the CRM),
        sql (an expression over the columns of int_facts__by_lead_moment).
    The columns of `features`, the catalogue and the documentation are made from it. None while the project is parsed,
    as with `signals`.
-#}
{% macro feature_definitions() %}
    {%- set definitions = [] -%}
    {%- if not execute -%}
        {{- return(definitions) -}}
    {%- endif -%}
    {%- for group, source, features in [
        ("fit", "attributes", contact_features()), ("fit", "attributes", account_features()),
        ("context", "attributes", context_features()), ("engagement", "events", colleague_features()),
        ("engagement", "events", engagement_features()), ("engagement", "events", signal_features()),
    ] -%}
        {%- for feature in features -%}
            {%- do definitions.append(dict({"group": group, "source": source, "unit": "category"}, **feature)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(definitions) -}}
{% endmacro %}
