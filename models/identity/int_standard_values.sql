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

    {% for attribute, column, versions in [
        ('seniority', 'job_title', 'lead_versions'),
        ('department', 'job_title', 'lead_versions'),
        ('department', 'department', 'lead_versions'),
        ('lead_source', 'lead_source', 'lead_versions'),
        ('industry', 'industry', 'account_versions'),
    ] %}
    select
        '{{ attribute }}' as attribute,
        {{ column }} as raw_text
    from {{ versions }}
    {{ 'union' if not loop.last }}
    {% endfor %}

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
                struct_pack(
                    priority := phrases.priority,
                    shortness := -length(phrases.phrase),
                    phrase := phrases.phrase
                )
            ),
            'other'
        ) as standard_value

    from normalized
    left join phrases
        on
            normalized.attribute = phrases.attribute
            and contains(' ' || normalized.words || ' ', ' ' || phrases.phrase || ' ')
    group by normalized.attribute, normalized.raw_text

)

select * from final
