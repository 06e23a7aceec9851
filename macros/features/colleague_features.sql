{#- Features of the lead's colleagues: what the other leads of the account do. See feature_definitions. -#}
{% macro colleague_features() %}
    {%- set known = "when the event was known and its lead was joined to the account" -%}
    {%- set features = [
        {"name": "colleagues_count", "topic": "colleagues", "source": "attributes", "type": "number",
         "unit": "leads", "sql": "count_colleagues", "known_when": known,
         "description": "Other leads of the account."},
        {"name": "colleagues_won_count", "topic": "colleagues_won", "source": "attributes", "type": "number",
         "unit": "leads", "sql": "count_colleagues_won",
         "known_when": "when the outcome was known", "description": "Leads of the account that were won before."},
        {"name": "account_days_since_last_engagement", "topic": "colleagues", "type": "number", "unit": "days",
         "sql": days_between("account_last_at", "moment_at"), "known_when": known,
         "description": "Days since anyone of the account engaged."},
    ] -%}
    {#- Rounded, for the two sums were added up in another order; + 0 makes 0 of -0, which bins would show. -#}
    {%- for measure in measures() if measure.kind in ("window", "decay") -%}
        {%- do features.append({
            "name": "colleagues_engagement_" ~ measure.name, "topic": "colleagues", "type": "number",
            "unit": "events",
            "sql": "greatest(round(account_" ~ measure.column ~ " - coalesce(engagement_" ~ measure.name ~ ", 0), 6), 0) + 0",
            "known_when": known,
            "description": "Engagement of the other leads of the account, " ~ measure_phrase(measure) ~ ".",
        }) -%}
    {%- endfor -%}
    {{- return(features) -}}
{% endmacro %}
