{#-
    Query: everything that the feature definitions may read, side by side, for each row of a spine.

    spine            relation as in spine_accounts
    colleagues       relation like the query of colleagues_by_lead_moment
    funnel           relation like the query of funnel_by_lead_moment
    signal_measures  relation like the query of signal_measures_by_lead_moment
-#}
{% macro facts_by_lead_moment(spine, colleagues, funnel, signal_measures) -%}
with spine as (

    select * from {{ spine }}

),

lifecycles as (

    select * from {{ ref('int_lead_lifecycles') }}

),

lead_attributes as (

    select * from {{ ref('int_lead_attributes') }}

),

account_attributes as (

    select * from {{ ref('int_account_attributes') }}

),

qualification as (

    select * from {{ ref('int_qualification') }}

),

duplicates as (

    select
        lead_merges.canonical_lead_id as lead_id,
        lead_merges.merged_at,
        count(*) over (
            partition by lead_merges.canonical_lead_id
            order by lead_merges.merged_at
        ) as count_duplicates
    from {{ ref('lead_merges') }} as lead_merges
    qualify row_number() over (
        partition by lead_merges.canonical_lead_id, lead_merges.merged_at order by lead_merges.lead_id
    ) = 1

),

colleagues as (

    select * from {{ colleagues }}

),

funnel as (

    select * from {{ funnel }}

),

signal_measures as (

    select * from {{ signal_measures }}

),

spine_with_accounts as (

    select
        spine.*,
        least(spine.moment_at, spine.known_until) as last_known_at,
        lifecycles.created_at as lead_created_at,
        colleagues.* exclude (spine_id)

    from spine
    inner join lifecycles on spine.lead_id = lifecycles.lead_id
    left join colleagues on spine.spine_id = colleagues.spine_id

),

final as (

    select
        facts.*,

        -- contact
        lead_attributes.* exclude (lead_id, valid_from, valid_to),

        -- account
        account_attributes.domain as account_domain,
        account_attributes.has_domain as account_has_domain,
        account_attributes.industry as account_industry,
        account_attributes.country as account_country,
        account_attributes.region as account_region,
        account_attributes.employee_count as account_employee_count,
        account_attributes.annual_revenue as account_annual_revenue,
        account_attributes.founded_year as account_founded_year,
        account_attributes.count_technologies as account_count_technologies,
        account_attributes.funding_stage as account_funding_stage,
        account_attributes.last_funding_at as account_last_funding_at,
        account_attributes.x_attributes as account_x_attributes,

        -- context
        coalesce(duplicates.count_duplicates, 0) as count_duplicates,
        qualification.answered_at as qualification_at,
        qualification.budget as qualification_budget,
        qualification.authority as qualification_authority,
        qualification.need as qualification_need,
        qualification.timeline_days as qualification_timeline_days,

        -- engagement
        funnel.* exclude (spine_id),
        {%- for measure in measures() if measure.kind in ('window', 'decay') %}
        {{ sum_of_signals(none, none, measure.name) }} as engagement_{{ measure.name }},
        {%- endfor %}
        signal_measures.* exclude (spine_id)

    from spine_with_accounts as facts
    asof left join lead_attributes
        on facts.lead_id = lead_attributes.lead_id and facts.last_known_at >= lead_attributes.valid_from
    asof left join account_attributes
        on
            facts.account_id = account_attributes.account_id
            and facts.last_known_at >= account_attributes.valid_from
    asof left join duplicates
        on facts.lead_id = duplicates.lead_id and facts.last_known_at >= duplicates.merged_at
    asof left join qualification
        on facts.lead_id = qualification.lead_id and facts.last_known_at >= qualification.known_at
    left join funnel on facts.spine_id = funnel.spine_id
    left join signal_measures on facts.spine_id = signal_measures.spine_id

)

select * from final
{%- endmacro %}
