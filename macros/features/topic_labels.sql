{#-
    What a rep calls each topic, by topic: a signal has its own label, and what has none is called by its name.
-#}
{% macro topic_labels() -%}
    {%- set labels = {
        "seniority": "seniority", "department": "department", "job_title": "job title",
        "lead_country": "country of the lead", "lead_source": "source of the lead", "campaign": "campaign",
        "owner": "owner of the lead", "email_address": "e-mail address", "name": "name of the lead",
        "company_name": "name of the company", "contact_completeness": "contact details",

        "account": "company", "industry": "industry", "account_country": "country of the company",
        "company_size": "size of the company", "account_age": "age of the company", "technologies": "technologies",
        "funding": "funding",

        "lead_age": "age of the lead", "created_time": "time of creation", "duplicates": "duplicate records",
        "qualification": "qualification", "qualification_budget": "budget", "qualification_authority": "authority",
        "qualification_need": "need", "qualification_timeline": "timeline", "fit_verdicts": "verdicts on fit",

        "engagement": "engagement", "engagement_times": "time of engagement", "first_touch": "first engagement",
        "last_touch": "last engagement", "funnel": "way through the funnel", "colleagues": "colleagues",
        "colleagues_won": "colleagues that were won",
    } -%}
    {%- for signal in signals() -%}
        {%- do labels.update({signal.channel ~ "_engagement": signal.channel ~ " engagement"}) -%}
    {%- endfor -%}
    {%- for signal in ledger_signals() -%}
        {%- do labels.update({signal.name: signal.label}) -%}
    {%- endfor -%}
    {#- To a rep it does not matter that nobody declared them. -#}
    {%- do labels.update({"other_events": "other events"}) -%}
    {#- Features that combine signals are there, and unknown, also where the project does not declare these. -#}
    {%- for topic in feature_definitions() | map(attribute="topic") | unique if topic not in labels -%}
        {%- do labels.update({topic: topic | replace("_", " ")}) -%}
    {%- endfor -%}
    {{- return(labels) -}}
{%- endmacro %}
