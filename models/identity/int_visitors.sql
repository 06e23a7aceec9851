with

identities as (

    select * from {{ ref('stg_identities') }}

),

identifications as (

    select
        anonymous_id,
        identified_at,
        -- Two leads at the same moment: any fixed choice will do.
        min(lead_id) as lead_id

    from identities
    group by anonymous_id, identified_at

),

counted as (

    select
        *,
        row_number() over (partition by anonymous_id, lead_id order by identified_at) = 1 as is_first_of_lead

    from identifications

),

-- From the first lead too many on, the visitor is a device that many share, and nobody's.
judged as (

    select
        *,
        sum(is_first_of_lead::integer) over (
            partition by anonymous_id order by identified_at
        ) > {{ var('max_leads_per_visitor') }} as is_shared_device

    from counted

),

handed_over as (

    select
        anonymous_id,
        identified_at,
        is_shared_device,
        case when not is_shared_device then lead_id end as source_lead_id

    from judged
    qualify
        source_lead_id is distinct from lag(source_lead_id) over (
            partition by anonymous_id order by identified_at
        )

),

final as (

    select
        anonymous_id,
        source_lead_id,
        is_shared_device,
        -- What a visitor did before anyone knew who it was belongs to the first lead it turned out to be.
        case
            when row_number() over visits = 1 then {{ always() }}
            else identified_at
        end as valid_from,
        lead(identified_at) over visits as valid_to,
        identified_at as known_at

    from handed_over
    window visits as (partition by anonymous_id order by identified_at)

)

select * from final
