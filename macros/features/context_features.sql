{#- Features of the lead's own history with us that are neither fit nor engagement. See feature_definitions. -#}
{% macro context_features() %}
    {%- set answered = "when the answers were given" -%}
    {{- return([
        {"name": "lead_age_days", "type": "number", "unit": "days",
         "sql": days_between("lead_created_at", "moment_at"), "known_when": "when the lead was created",
         "description": "Days since the lead was created."},
        {"name": "created_hour", "type": "number", "unit": "hour of the day, UTC", "sql": "hour(lead_created_at)",
         "known_when": "when the lead was created", "description": "Hour at which the lead was created."},
        {"name": "created_day_of_week", "type": "number", "unit": "1 Monday to 7 Sunday", "sql": "isodow(lead_created_at)",
         "known_when": "when the lead was created", "description": "Day of the week on which the lead was created."},
        {"name": "count_duplicates", "type": "number", "unit": "leads", "sql": "count_duplicates",
         "known_when": "when each duplicate was merged", "description": "Duplicate records merged into the lead."},
        {"name": "has_qualification", "type": "number", "unit": "0 or 1", "sql": "qualification_at is not null",
         "known_when": answered, "description": "Whether the lead answered the qualification questions."},
        {"name": "qualification_budget", "type": "number", "unit": "currency of the CRM", "sql": "qualification_budget",
         "known_when": answered, "description": "Budget named in the latest answers."},
        {"name": "qualification_authority", "type": "category", "sql": "qualification_authority",
         "known_when": answered, "description": "Authority to decide named in the latest answers."},
        {"name": "qualification_need", "type": "category", "sql": "qualification_need",
         "known_when": answered, "description": "Need named in the latest answers."},
        {"name": "qualification_timeline_days", "type": "number", "unit": "days", "sql": "qualification_timeline_days",
         "known_when": answered, "description": "Time to the decision named in the latest answers."},
        {"name": "days_since_qualification", "type": "number", "unit": "days",
         "sql": days_between("qualification_at", "moment_at"), "known_when": answered,
         "description": "Days since the latest answers."},
        {"name": "fit_verdicts_balance", "type": "number", "unit": "verdicts", "group": "fit",
         "sql": signal_measure("good_fit_verdicts", "total") ~ " - " ~ signal_measure("bad_fit_verdicts", "total"),
         "known_when": "when the verdict was given", "description": "Verdicts 'good fit' less verdicts 'bad fit'."},
    ]) -}}
{% endmacro %}
