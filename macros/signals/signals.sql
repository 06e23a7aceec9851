{#-
    The signals that `var('signals')` declares, checked: a list of dictionaries with all keys present.
    An event is the first signal in the list that it matches, so that signals never count an event twice.
-#}
{% macro signals() %}
    {%- set allowed = {
        "channel": ["web", "email", "event", "product", "sales", "ads"],
        "stage": funnel_stages(),
        "sign": ["positive", "neutral", "negative"],
    } -%}
    {%- set keys = ["name", "label", "event_types", "url_like", "topic_like", "properties_like"] + allowed.keys() | list -%}
    {%- set declared = [] -%}
    {%- set names = [] -%}
    {%- for signal in var("signals") -%}
        {%- set name = signal.get("name", "number " ~ loop.index) -%}
        {%- set where = "The signal '" ~ name ~ "' in the variable `signals` (dbt_project.yml) " -%}
        {%- if not modules.re.fullmatch("[a-z][a-z0-9_]*", name | string) -%}
            {{- exceptions.raise_compiler_error(where ~ "needs a name of lower-case letters, digits and underscores.") -}}
        {%- endif -%}
        {%- if name in names or name in derived_signals() | map(attribute="name") | list or name == "other_events" -%}
            {{- exceptions.raise_compiler_error(where ~ "has a name that is taken; give it another.") -}}
        {%- endif -%}
        {%- for key in signal if key not in keys -%}
            {{- exceptions.raise_compiler_error(where ~ "has the unknown key '" ~ key ~ "'; known are " ~ keys | join(", ") ~ ".") -}}
        {%- endfor -%}
        {%- if not signal.get("event_types") or signal.event_types is string -%}
            {{- exceptions.raise_compiler_error(where ~ "needs `event_types`, a list of one event type or more.") -}}
        {%- endif -%}
        {%- for key, values in allowed.items() if signal.get(key) not in values -%}
            {{- exceptions.raise_compiler_error(where ~ "needs a `" ~ key ~ "` that is one of " ~ values | join(", ") ~ "; got '" ~ signal.get(key) ~ "'.") -}}
        {%- endfor -%}
        {%- do names.append(name) -%}
        {%- do declared.append({
            "name": name,
            "label": signal.get("label", name | replace("_", " ")),
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
