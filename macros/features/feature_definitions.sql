{#-
    Every feature, defined once: a list of
        name, group (fit, engagement, context), type (number, category), unit, description, known_when,
        sql (an expression over the columns of int_facts__by_lead_moment).
    The columns of `features`, the catalogue and the documentation are made from it.
-#}
{% macro feature_definitions() %}
    {%- set definitions = [] -%}
    {%- for group, features in [
        ("fit", contact_features()), ("fit", account_features()), ("context", context_features()),
        ("engagement", colleague_features()), ("engagement", engagement_features()), ("engagement", signal_features()),
    ] -%}
        {%- for feature in features -%}
            {%- do definitions.append(dict({"group": group, "unit": "category"}, **feature)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(definitions) -}}
{% endmacro %}
