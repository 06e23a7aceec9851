{%- set contact_fields = [
    'email', 'given_name', 'family_name', 'job_title', 'department', 'company_name', 'country',
] -%}

with

versions as (

    select * from {{ ref('int_lead_versions') }}

),

standard_values as (

    select * from {{ ref('int_standard_values') }}

),

country_aliases as (

    select * from {{ ref('country_aliases') }}

),

lead_channels as (

    select * from {{ ref('lead_channels') }}

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

cleaned as (

    select
        *,
        {{ plausible_email('email') }} as address,
        {{ normalize_text('first_name') }} as given_name,
        {{ normalize_text('last_name') }} as family_name,
        {{ normalize_text('country') }} as country_words

    from versions

),

final as (

    select
        cleaned.lead_id,

        -- contact
        lower(trim(cleaned.email)) as email,
        split_part(cleaned.address, '@', 2) as email_domain,
        cleaned.email is not null as has_email,
        case when cleaned.email is not null then cleaned.address is not null end as is_plausible_email,
        split_part(cleaned.address, '@', 2) in (
            select free_mail_domains.domain from free_mail_domains
        ) as is_free_email,
        {{ email_mailbox('cleaned.address') }} in (
            select role_mailboxes.mailbox from role_mailboxes
        ) as is_role_email,
        cleaned.given_name is not null as has_first_name,
        cleaned.family_name is not null as has_last_name,
        case
            when coalesce(cleaned.given_name, cleaned.family_name) is not null
                then {{ is_plausible_name('cleaned.given_name', 'cleaned.family_name', 'placeholder_names') }}
        end as is_plausible_name,

        -- position
        cleaned.job_title,
        seniorities.standard_value as seniority,
        coalesce(
            nullif(given_departments.standard_value, 'other'),
            nullif(title_departments.standard_value, 'other'),
            given_departments.standard_value,
            title_departments.standard_value
        ) as department,
        cleaned.company_name,
        case
            when cleaned.country_words is not null then coalesce(country_aliases.country_code, 'other')
        end as country,

        -- origin
        lead_sources.standard_value as lead_source,
        lead_channels.lead_channel,
        cleaned.campaign,
        cleaned.owner_id,

        -- completeness
        0
        {%- for field in contact_fields %}
        + (cleaned.{{ field }} is not null)::integer
        {%- endfor %} as count_contact_fields,
        count_contact_fields / {{ contact_fields | length }} as contact_completeness,

        -- own columns of the user
        cleaned.x_attributes,

        -- times
        cleaned.valid_from,
        cleaned.valid_to

    from cleaned
    left join standard_values as seniorities
        on cleaned.job_title = seniorities.raw_text and seniorities.attribute = 'seniority'
    left join standard_values as given_departments
        on cleaned.department = given_departments.raw_text and given_departments.attribute = 'department'
    left join standard_values as title_departments
        on cleaned.job_title = title_departments.raw_text and title_departments.attribute = 'department'
    left join standard_values as lead_sources
        on cleaned.lead_source = lead_sources.raw_text and lead_sources.attribute = 'lead_source'
    left join lead_channels
        on lead_sources.standard_value = lead_channels.lead_source
    left join country_aliases
        on cleaned.country_words = country_aliases.alias

)

select * from final
