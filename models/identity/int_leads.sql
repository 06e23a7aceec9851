with

leads as (

    select * from {{ ref('stg_leads') }}

),

latest as (

    {{ latest_attributes(
        records='leads',
        changes=ref('int_attribute_changes'),
        entity='lead',
        key='lead_id',
        known_at='records.created_at',
        attributes=['email', 'first_name', 'last_name', 'account_id', 'is_deleted'],
    ) }}

),

kept as (

    select
        *,
        case when {{ is_plausible_email('lower(trim(email))') }} then lower(trim(email)) end as address,
        {{ normalize_text('first_name') }} as given_name,
        {{ normalize_text('last_name') }} as family_name

    from latest
    where not coalesce(try_cast(is_deleted as boolean), false)

),

final as (

    select
        lead_id,
        -- Leads in the order in which they came; the first of a group of duplicates is the canonical one.
        row_number() over (order by known_at, lead_id) as lead_number,

        case
            when split_part(split_part(address, '@', 1), '+', 1) not in (select mailbox from {{ ref('role_mailboxes') }})
                then {{ normalize_email('address') }}
        end as mailbox,
        case
            when split_part(address, '@', 2) not in (select domain from {{ ref('free_mail_domains') }})
                then {{ normalize_domain('address') }}
        end as email_company_domain,
        email_known_at,

        case
            when {{ is_plausible_name('given_name', 'family_name', ref('placeholder_names')) }}
                then given_name || ' ' || family_name
        end as full_name,
        greatest(first_name_known_at, last_name_known_at) as full_name_known_at,

        account_id,
        account_id_known_at,

        known_at as created_at

    from kept

)

select * from final
