{#-
    Query: every measure of every signal at every row of a spine (see engagement_at_moments).

    spine      relation as in spine_accounts
    step_days  as in engagement_at_moments
-#}
{% macro engagement_by_lead_moment(spine, step_days) -%}
with run_context as (

    select * from {{ ref('run_context') }}

),

{{ engagement_at_moments(
    ledger=ref('engagement_ledger'),
    spine=spine,
    entity='lead_id',
    step_days=step_days,
    as_of='(select as_of from run_context)',
) }}

select * from engagement_at_moments
{%- endmacro %}
