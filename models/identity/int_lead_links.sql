with

leads as (

    select * from {{ ref('int_leads') }}

),

companies as (

    select * from {{ ref('int_lead_companies') }}

),

keys as (

    select
        lead_id,
        lead_number,
        'same e-mail' as reason,
        personal_email as match_key,
        email_known_at as known_at

    from leads
    where personal_email is not null

    union all

    select
        leads.lead_id,
        leads.lead_number,
        'same name and company domain' as reason,
        leads.full_name || '@' || companies.company_domain as match_key,
        greatest(leads.full_name_known_at, companies.company_domain_known_at) as known_at

    from leads
    inner join companies
        on leads.lead_id = companies.lead_id
    where leads.full_name is not null and companies.company_domain is not null

),

-- Each holder of a key is linked to its first holder only: as many links as leads, however common the key.
first_holders as (

    select
        reason,
        match_key,
        min(struct_pack(
            known_at := known_at,
            lead_number := lead_number,
            lead_id := lead_id
        )) as holder

    from keys
    group by reason, match_key
    having count(*) > 1

),

final as (

    select
        keys.lead_id,
        keys.lead_number,
        first_holders.holder['lead_id'] as linked_lead_id,
        first_holders.holder['lead_number'] as linked_lead_number,
        keys.reason,
        keys.known_at

    from keys
    inner join first_holders
        on
            keys.reason = first_holders.reason
            and keys.match_key = first_holders.match_key
    where keys.lead_id <> first_holders.holder['lead_id']

)

select * from final
