with

accounts as (

    select * from {{ ref('int_accounts') }}

),

-- A name that stands for one domain only lends that domain to an account without one.
domains_of_names as (

    select
        company_name,
        min(domain) as domain,
        min(greatest(name_known_at, domain_known_at)) as known_at

    from accounts
    where domain is not null and company_name is not null
    group by company_name
    having count(distinct domain) = 1

),

keyed as (

    select
        accounts.account_id,
        accounts.known_at,
        coalesce(accounts.domain, domains_of_names.domain) as domain,
        case
            when accounts.domain is not null then 'same domain'
            when accounts.company_name is not null then 'same name'
            else 'itself'
        end as reason,
        coalesce(
            'domain ' || accounts.domain,
            'domain ' || domains_of_names.domain,
            'name ' || accounts.company_name,
            'account ' || accounts.account_id
        ) as company_key,
        case
            when accounts.domain is not null then accounts.domain_known_at
            when accounts.company_name is not null
                then greatest(accounts.name_known_at, domains_of_names.known_at)
            else accounts.known_at
        end as key_known_at

    from accounts
    left join domains_of_names
        on accounts.company_name = domains_of_names.company_name

),

first_accounts as (

    select
        company_key,
        min(struct_pack(
            known_at := known_at,
            account_id := account_id,
            key_known_at := key_known_at
        )) as canonical

    from keyed
    group by company_key

),

final as (

    select
        keyed.account_id,
        first_accounts.canonical['account_id'] as canonical_account_id,
        keyed.domain,
        keyed.reason,
        case
            when keyed.account_id = first_accounts.canonical['account_id'] then keyed.known_at
            else greatest(keyed.key_known_at, first_accounts.canonical['key_known_at'])
        end as known_at

    from keyed
    inner join first_accounts
        on keyed.company_key = first_accounts.company_key

)

select * from final
