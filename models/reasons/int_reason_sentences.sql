with facts as (

    select * from {{ ref('int_reason_facts') }}

),

templates as (

    select * from {{ ref('reason_templates') }}

),

-- Where nothing is said of none, it is said as a number: 0.
matched as (

    select
        facts.*,
        templates.template

    from facts
    inner join templates
        on
            list_contains(facts.subjects, templates.subject)
            and (
                facts.variant = templates.variant
                or (facts.variant = 'none' and templates.variant = 'known')
            )
    qualify
        row_number() over (
            partition by facts.lead_id, facts.rank
            order by
                list_position(facts.subjects, templates.subject) asc,
                facts.variant = templates.variant desc
        ) = 1

),

final as (

    select
        lead_id,
        rank,
        {{ filled_template('template', 'count', {
            'label': 'label',
            'Label': capitalized('label'),
            'count': number_words('count'),
            'times': 'times',
            'window': 'window_words',
            'longest_window': 'longest_window',
            'last': 'last_words',
            'total': 'total',
            'parts': 'parts',
            'among_won': 'among_won',
            'value': 'value_words',
        }) }} as sentence

    from matched

)

select * from final
