with

leads as (

    select * from {{ ref('int_canonical_leads') }}

),

companies as (

    select * from {{ ref('int_lead_companies') }}

),

candidates as (

    select
        leads.canonical_lead_id,
        leads.lead_id,
        companies.account_id,
        greatest(leads.known_at, companies.account_known_at) as known_at

    from leads
    inner join companies
        on leads.lead_id = companies.lead_id
    where companies.account_id is not null

),

-- The lead's own account, else the one that a duplicate of it brought first.
chosen as (

    select
        canonical_lead_id as lead_id,
        min(struct_pack(
            is_duplicate := lead_id <> canonical_lead_id,
            known_at := known_at,
            lead_id := lead_id,
            account_id := account_id
        )) as choice

    from candidates
    group by canonical_lead_id

),

final as (

    select
        lead_id,
        choice['account_id'] as account_id,
        choice['known_at'] as known_at

    from chosen

)

select * from final
