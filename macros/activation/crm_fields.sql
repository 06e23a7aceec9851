{#-
    The fields that destinations are told, columns of int_crm_fields, and of what kind each is: a number, a sentence
    or a text. What is compared with what was told, and how it is written as JSON, follows from the kind.
-#}
{% macro crm_fields() %}
    {{- return({
        "lead_id": "text",
        "score": "number",
        "tier": "text",
        "conversion_probability": "number",
        "reason_1": "sentence",
        "reason_2": "sentence",
        "reason_3": "sentence",
        "trend": "text",
        "score_change_7d": "number",
        "grade": "text",
        "tier_expires_at": "text",
        "model_version": "text",
        "as_of": "text",
        "scored_at": "text",
        "assigned_rep_id": "text",
    }) -}}
{% endmacro %}
