with

accounts as (

    select * from {{ ref('stg_accounts') }}

),

changes as (

    select * from {{ ref('int_attribute_changes') }}

),

free_mail_domains as (

    select * from {{ ref('free_mail_domains') }}

),

latest as (

    {{ latest_attributes(
        records='accounts',
        changes='changes',
        entity='account',
        key='account_id',
        known_at='coalesce(accounts.known_at, ' ~ always() ~ ')',
        attributes=['name', 'domain'],
    ) | indent(4) }}

),

cleaned as (

    select
        account_id,
        {{ normalize_company_name('name') }} as company_name,
        name_known_at,
        {{ normalize_domain('domain') }} as domain,
        domain_known_at,
        known_at

    from latest

),

final as (

    select
        account_id,
        company_name,
        name_known_at,
        -- The domain of a mail provider says nothing about whose company it is.
        case
            when domain not in (select free_mail_domains.domain from free_mail_domains) then domain
        end as domain,
        domain_known_at,
        known_at

    from cleaned

)

select * from final
