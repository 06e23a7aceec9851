with answers as (

    select * from {{ ref('stg_qualification') }}

),

canonical_leads as (

    select * from {{ ref('int_canonical_leads') }}

),

final as (

    select
        leads.canonical_lead_id as lead_id,

        try_cast(regexp_replace(answers.budget, '[^0-9.]', '', 'g') as double) as budget,
        lower(answers.authority) as authority,
        lower(answers.need) as need,
        answers.timeline_days,

        answers.answered_at,
        greatest(answers.known_at, leads.known_at) as known_at

    from answers
    inner join canonical_leads as leads on answers.lead_id = leads.lead_id
    -- Two sets of answers at one moment: the same one of them wins in every run.
    qualify row_number() over (
        partition by leads.canonical_lead_id, greatest(answers.known_at, leads.known_at)
        order by answers.answered_at desc, answers.lead_id asc
    ) = 1

)

select * from final
