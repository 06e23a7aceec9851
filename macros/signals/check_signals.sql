{#- Stops a run whose `var('signals')` cannot be used, with a sentence that names the signal and its fault. -#}
{% macro check_signals() %}
    {%- set allowed = {
        "channel": ["web", "email", "event", "product", "sales", "ads"],
        "stage": funnel_stages(),
        "sign": ["positive", "neutral", "negative"],
    } -%}
    {%- set keys = ["name", "label", "event_types", "url_like", "topic_like", "properties_like"] + allowed.keys() | list -%}
    {%- set names = derived_signals() | map(attribute="name") | list + ["other_events"] -%}
    {%- if var("signals") is string or var("signals") is not sequence or var("signals") | reject("mapping") | list -%}
        {{- exceptions.raise_compiler_error("`signals` must be a list of signals, each with its keys; it is '" ~ var("signals") ~ "'.") -}}
    {%- endif -%}
    {%- for signal in var("signals") -%}
        {%- set name = signal.get("name", "number " ~ loop.index) -%}
        {%- set where = "The signal '" ~ name ~ "' in the variable `signals` (dbt_project.yml) " -%}
        {%- if not modules.re.fullmatch("[a-z][a-z0-9_]*", name | string) -%}
            {{- exceptions.raise_compiler_error(where ~ "needs a name of lower-case letters, digits and underscores.") -}}
        {%- endif -%}
        {%- if name in names -%}
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
    {%- endfor -%}
{% endmacro %}
