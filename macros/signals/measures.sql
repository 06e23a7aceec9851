{#-
    What is measured of a signal at a moment: a list of {kind, name, column}. `name` completes the signal's
    (`email_clicks_30d`, `email_clicks_decayed_14d`), `column` is that of int_engagement__by_moment.
        window   entries that occurred in the days before the moment
        decay    sum of the entries' weights, halved with every half-life of age
        recency  days since the last entry occurred
        total    sum of the entries' weights, ever
    None while the project is parsed, as with `signals`.
-#}
{% macro measures() %}
    {%- set found = [] -%}
    {%- if not execute -%}
        {{- return(found) -}}
    {%- endif -%}
    {%- for days in var("windows_days") -%}
        {%- do found.append({"kind": "window", "name": days ~ "d", "column": "count_" ~ days ~ "d", "days": days}) -%}
    {%- endfor -%}
    {%- for days in var("half_lives_days") -%}
        {%- do found.append({"kind": "decay", "name": "decayed_" ~ days ~ "d", "column": "decayed_" ~ days ~ "d", "days": days}) -%}
    {%- endfor -%}
    {%- do found.append({"kind": "recency", "name": "days_since_last", "column": "days_since_last"}) -%}
    {%- do found.append({"kind": "total", "name": "total", "column": "total"}) -%}
    {{- return(found) -}}
{% endmacro %}
