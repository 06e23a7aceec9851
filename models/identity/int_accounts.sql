with

accounts as (

    select * from {{ ref('stg_accounts') }}

),

latest as (

    {{ latest_attributes(
        records='accounts',
        changes=ref('int_attribute_changes'),
        entity='account',
        key='account_id',
        known_at='coalesce(records.known_at, ' ~ always() ~ ')',
        attributes=['name', 'domain'],
    ) }}

),

cleaned as (

    select
        account_id,
        known_at,
        {{ normalize_company_name('name') }} as company_name,
        name_known_at,
        {{ normalize_domain('domain') }} as domain,
        domain_known_at

    from latest

),

final as (

    select
        account_id,
        company_name,
        name_known_at,
        -- The domain of a mail provider says nothing about whose company it is.
        case when domain not in (select domain from {{ ref('free_mail_domains') }}) then domain end as domain,
        domain_known_at,
        known_at

    from cleaned

)

select * from final
