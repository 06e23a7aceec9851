with

versions as (

    select * from {{ ref('int_account_versions') }}

),

standard_values as (

    select * from {{ ref('int_standard_values') }}

),

country_aliases as (

    select * from {{ ref('country_aliases') }}

),

countries as (

    select * from {{ ref('countries') }}

),

cleaned as (

    select
        *,
        {{ normalize_text('country') }} as country_words,
        {{ normalize_domain('domain') }} as bare_domain,
        list_sort(list_distinct(list_filter(
            list_transform(string_split(technologies, '|'), lambda name: lower(trim(name))),
            lambda name: name <> ''
        ))) as technology_names

    from versions

),

final as (

    select
        cleaned.account_id,

        -- identity
        cleaned.name as account_name,
        cleaned.bare_domain as domain,
        cleaned.bare_domain is not null as has_domain,

        -- firmographics
        industries.standard_value as industry,
        case
            when cleaned.country_words is not null then coalesce(country_aliases.country_code, 'other')
        end as country,
        countries.region,
        try_cast(cleaned.employee_count as double) as employee_count,
        try_cast(cleaned.annual_revenue as double) as annual_revenue,
        try_cast(cleaned.founded_year as integer) as founded_year,

        -- technology
        cleaned.technology_names as technologies,
        len(cleaned.technology_names) as count_technologies,

        -- funding
        replace({{ normalize_text('cleaned.funding_stage') }}, ' ', '_') as funding_stage,
        try_cast(cleaned.last_funding_at as timestamp) as last_funding_at,

        -- own columns of the user
        cleaned.x_attributes,

        -- times
        cleaned.valid_from,
        cleaned.valid_to

    from cleaned
    left join standard_values as industries
        on cleaned.industry = industries.raw_text and industries.attribute = 'industry'
    left join country_aliases
        on cleaned.country_words = country_aliases.alias
    left join countries
        on country_aliases.country_code = countries.country_code

)

select * from final
