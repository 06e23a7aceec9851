with open_leads as (

    select * from {{ ref('int_crm_fields') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

canonical_leads as (

    select * from {{ ref('int_canonical_leads') }}

),

destinations as (

    select * from {{ ref('crm_destinations') }}

),

-- The lead's own address, else that of its newest duplicate that has one.
emails as (

    select
        canonical_leads.canonical_lead_id as lead_id,
        leads.email
    from canonical_leads
    inner join leads on canonical_leads.lead_id = leads.lead_id
    where leads.email is not null
    qualify row_number() over (
        partition by canonical_leads.canonical_lead_id
        order by
            canonical_leads.lead_id = canonical_leads.canonical_lead_id desc,
            leads.lead_number desc
    ) = 1

),

addressed as (

    select
        destinations.destination,
        open_leads.lead_id,
        open_leads.score,
        case destinations.address when 'email' then emails.email else open_leads.lead_id end as address

    from open_leads
    cross join destinations
    left join emails on open_leads.lead_id = emails.lead_id

),

-- One record at the destination holds the values of one lead.
holders as (

    select
        *,
        first_value(lead_id) over (
            partition by destination, address
            order by score desc, lead_id asc
        ) as holder_lead_id
    from addressed

),

final as (

    select
        destination,
        lead_id,
        address,
        case
            when address is null then 'The CRM holds no plausible e-mail address of it.'
            when lead_id <> holder_lead_id
                then 'Lead ' || holder_lead_id || ' has the same address, and a score that is not lower.'
        end as withheld_because

    from holders

)

select * from final
