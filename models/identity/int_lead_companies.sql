with

leads as (

    select * from {{ ref('int_leads') }}

),

accounts as (

    select * from {{ ref('int_canonical_accounts') }}

),

account_domains as (

    select
        domain,
        min(canonical_account_id) as account_id,
        min(known_at) as known_at

    from accounts
    where domain is not null
    group by domain

),

company_domains as (

    select
        canonical_account_id as account_id,
        min(domain) as domain

    from accounts
    group by canonical_account_id

),

joined as (

    select
        leads.lead_id,
        leads.email_company_domain,
        leads.email_known_at,
        coalesce(accounts.canonical_account_id, account_domains.account_id) as account_id,
        case
            when accounts.account_id is not null
                then greatest(leads.account_id_known_at, accounts.known_at)
            when account_domains.account_id is not null
                then greatest(leads.email_known_at, account_domains.known_at)
        end as account_known_at

    from leads
    left join accounts
        on leads.account_id = accounts.account_id
    left join account_domains
        on leads.email_company_domain = account_domains.domain

),

final as (

    select
        joined.lead_id,
        joined.account_id,
        joined.account_known_at,
        coalesce(company_domains.domain, joined.email_company_domain) as company_domain,
        case
            when company_domains.domain = joined.email_company_domain
                then least(joined.account_known_at, joined.email_known_at)
            when company_domains.domain is not null then joined.account_known_at
            when joined.email_company_domain is not null then joined.email_known_at
        end as company_domain_known_at

    from joined
    left join company_domains
        on joined.account_id = company_domains.account_id

)

select * from final
