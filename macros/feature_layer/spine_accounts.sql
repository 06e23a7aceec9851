{#-
    Query: the account that each lead of a spine was known to belong to.

    spine  relation: spine_id, lead_id, moment_at, known_until (null: all that is known at the moment counts)
-#}
{% macro spine_accounts(spine) -%}
with spine as (

    select * from {{ spine }}

),

lead_accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

final as (

    select
        spine.spine_id,
        spine.lead_id,
        spine.moment_at,
        spine.known_until,
        lead_accounts.account_id

    from spine
    asof inner join lead_accounts
        on
            spine.lead_id = lead_accounts.lead_id
            and least(spine.moment_at, spine.known_until) >= lead_accounts.known_at

)

select * from final
{%- endmacro %}
