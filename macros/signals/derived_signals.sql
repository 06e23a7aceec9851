{#-
    The signals that are not events themselves: int_derived_signals makes their entries in the ledger. `measures`
    says which kinds of measure become features (see `measures`); group is where the catalogue lists them; topic is what
    they are to a rep where that is not the signal itself.
-#}
{% macro derived_signals() %}
    {{- return([
        {"name": "active_days", "label": "days with engagement", "measures": ["window", "decay", "total"],
         "group": "engagement"},
        {"name": "weekend_active_days", "label": "days with engagement at the weekend", "measures": ["total"],
         "group": "engagement"},
        {"name": "evening_active_days", "label": "days whose engagement began outside 07:00 to 18:00 UTC",
         "measures": ["total"], "group": "engagement"},
        {"name": "sessions", "label": "sessions", "measures": ["window", "total"], "group": "engagement"},
        {"name": "session_minutes", "label": "minutes of events that have a duration", "measures": ["decay", "total"],
         "group": "engagement"},
        {"name": "topics", "label": "topics met for the first time", "measures": ["window", "total"],
         "group": "engagement"},
        {"name": "event_value", "label": "sum of the events' values", "measures": ["decay", "total"],
         "group": "engagement"},
        {"name": "email_responses", "label": "e-mails with a response", "measures": ["total"], "group": "engagement"},
        {"name": "email_response_hours", "label": "hours from an e-mail to its first response", "measures": [],
         "group": "engagement"},
        {"name": "outreach_touches", "label": "touches by a sales rep", "measures": ["window", "decay", "recency"],
         "group": "context"},
        {"name": "good_fit_verdicts", "label": "verdicts 'good fit' by sales reps", "measures": ["total", "recency"],
         "group": "fit", "topic": "fit_verdicts"},
        {"name": "bad_fit_verdicts", "label": "verdicts 'bad fit' by sales reps", "measures": ["total", "recency"],
         "group": "fit", "topic": "fit_verdicts"},
        {"name": "notes", "label": "notes written about the lead", "measures": ["window", "total"],
         "group": "context"},
    ]) -}}
{% endmacro %}
