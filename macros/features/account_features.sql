{#- Features of the company. See feature_definitions for the keys. -#}
{% macro account_features() %}
    {%- set known = "when the CRM's history says so; without a history, since the account was known" -%}
    {{- return([
        {"name": "has_account", "type": "number", "unit": "0 or 1", "sql": "account_id is not null",
         "known_when": "when the lead is joined to an account", "description": "Whether the lead belongs to an account."},
        {"name": "account_has_domain", "type": "number", "unit": "0 or 1", "sql": "account_has_domain",
         "known_when": known, "description": "Whether the account has a web domain."},
        {"name": "account_industry", "type": "category", "sql": "account_industry", "known_when": known,
         "description": "Industry of the account, standardised."},
        {"name": "account_country", "type": "category", "sql": "account_country", "known_when": known,
         "description": "Country of the account, as its ISO code."},
        {"name": "account_region", "type": "category", "sql": "account_region", "known_when": known,
         "description": "Region of the world of the account's country."},
        {"name": "is_lead_in_account_country", "type": "number", "unit": "0 or 1", "sql": "country = account_country",
         "known_when": known, "description": "Whether lead and account are in the same country."},
        {"name": "account_employee_count", "type": "number", "unit": "people", "sql": "account_employee_count",
         "known_when": known, "description": "Employees of the account."},
        {"name": "account_annual_revenue", "type": "number", "unit": "currency of the CRM",
         "sql": "account_annual_revenue", "known_when": known, "description": "Annual revenue of the account."},
        {"name": "account_revenue_per_employee", "type": "number", "unit": "currency of the CRM",
         "sql": "account_annual_revenue / nullif(account_employee_count, 0)", "known_when": known,
         "description": "Annual revenue of the account per employee."},
        {"name": "account_age_years", "type": "number", "unit": "years", "sql": "year(moment_at) - account_founded_year",
         "known_when": known, "description": "Years since the account was founded."},
        {"name": "account_technologies_count", "type": "number", "unit": "technologies", "sql": "account_count_technologies",
         "known_when": known, "description": "Technologies that the account is known to use."},
        {"name": "account_funding_stage", "type": "category", "sql": "account_funding_stage", "known_when": known,
         "description": "Latest funding stage of the account."},
        {"name": "account_days_since_funding", "type": "number", "unit": "days",
         "sql": days_between("account_last_funding_at", "moment_at"), "known_when": known,
         "description": "Days since the account's latest funding."},
    ]) -}}
{% endmacro %}
