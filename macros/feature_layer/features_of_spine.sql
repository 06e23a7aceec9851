{#-
    Query: the features of a spine as one statement, where models/features goes by way of tables.

    spine      relation as in spine_accounts
    step_days  as in engagement_at_moments
    ids        its columns that name the row, to be kept
-#}
{% macro features_of_spine(spine, step_days, ids) -%}
with rows_of_spine as (

    select * from {{ spine }}

),

accounts_of_rows as (

    {{ spine_accounts('rows_of_spine') | indent(4) }}

),

engagement_of_accounts as (

    {{ engagement_by_account_moment('accounts_of_rows', step_days) | indent(4) }}

),

colleagues_of_rows as (

    {{ colleagues_by_lead_moment('accounts_of_rows', 'engagement_of_accounts') | indent(4) }}

),

engagement_of_rows as materialized (

    {{ engagement_by_lead_moment('rows_of_spine', step_days) | indent(4) }}

),

funnel_of_rows as (

    {{ funnel_by_lead_moment('engagement_of_rows') | indent(4) }}

),

signal_measures_of_rows as (

    {{ signal_measures_by_lead_moment('rows_of_spine', 'engagement_of_rows') | indent(4) }}

),

facts_of_rows as (

    {{ facts_by_lead_moment(
        spine='rows_of_spine',
        colleagues='colleagues_of_rows',
        funnel='funnel_of_rows',
        signal_measures='signal_measures_of_rows',
    ) | indent(4) }}

),

features_of_rows as (

    {{ features_of_facts('facts_of_rows', ids) | indent(4) }}

)

select * from features_of_rows
{%- endmacro %}
