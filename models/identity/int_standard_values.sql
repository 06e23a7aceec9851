with

lead_versions as (

    select * from {{ ref('int_lead_versions') }}

),

account_versions as (

    select * from {{ ref('int_account_versions') }}

),

phrases as (

    select * from {{ ref('standard_phrases') }}

),

-- Each text once, however many leads bear it.
texts as (

    select 'seniority' as attribute, job_title as raw_text from lead_versions
    union
    select 'department' as attribute, job_title as raw_text from lead_versions
    union
    select 'department' as attribute, department as raw_text from lead_versions
    union
    select 'lead_source' as attribute, lead_source as raw_text from lead_versions
    union
    select 'industry' as attribute, industry as raw_text from account_versions

),

normalized as (

    select
        attribute,
        raw_text,
        {{ normalize_text('raw_text') }} as words

    from texts
    where words is not null

),

final as (

    select
        normalized.attribute,
        normalized.raw_text,
        coalesce(
            min_by(
                phrases.standard_value,
                {'priority': phrases.priority, 'shortness': -length(phrases.phrase), 'phrase': phrases.phrase}
            ),
            'other'
        ) as standard_value

    from normalized
    left join phrases
        on normalized.attribute = phrases.attribute
        and contains(' ' || normalized.words || ' ', ' ' || phrases.phrase || ' ')
    group by normalized.attribute, normalized.raw_text

)

select * from final
