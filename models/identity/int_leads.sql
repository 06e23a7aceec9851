with

leads as (

    select * from {{ ref('stg_leads') }}

),

changes as (

    select * from {{ ref('int_attribute_changes') }}

),

free_mail_domains as (

    select * from {{ ref('free_mail_domains') }}

),

role_mailboxes as (

    select * from {{ ref('role_mailboxes') }}

),

placeholder_names as (

    select * from {{ ref('placeholder_names') }}

),

latest as (

    {{ latest_attributes(
        records='leads',
        changes='changes',
        entity='lead',
        key='lead_id',
        known_at='leads.created_at',
        attributes=['email', 'first_name', 'last_name', 'account_id', 'is_deleted'],
    ) | indent(4) }}

),

cleaned as (

    select
        lead_id,
        {{ plausible_email('email') }} as email,
        email_known_at,
        {{ normalize_text('first_name') }} as first_name,
        {{ normalize_text('last_name') }} as last_name,
        greatest(first_name_known_at, last_name_known_at) as full_name_known_at,
        account_id,
        account_id_known_at,
        known_at as created_at

    from latest
    where not coalesce(try_cast(is_deleted as boolean), false)

),

final as (

    select
        lead_id,
        -- Leads in the order in which they came: of duplicates, the lowest number is the canonical one.
        row_number() over (order by created_at, lead_id) as lead_number,

        email,
        -- A mailbox that a role shares is no proof that two leads are one person.
        case
            when {{ email_mailbox('email') }} not in (select role_mailboxes.mailbox from role_mailboxes)
                then {{ normalize_email('email') }}
        end as personal_email,
        -- Nor is the domain of a mail provider a company's.
        case
            when split_part(email, '@', 2) not in (select free_mail_domains.domain from free_mail_domains)
                then split_part(email, '@', 2)
        end as email_company_domain,
        email_known_at,

        case
            when {{ is_plausible_name('first_name', 'last_name', 'placeholder_names') }}
                then first_name || ' ' || last_name
        end as full_name,
        full_name_known_at,

        account_id,
        account_id_known_at,

        created_at

    from cleaned

)

select * from final
