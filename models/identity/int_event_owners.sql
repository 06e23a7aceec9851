{{ config(
    materialized='incremental',
    incremental_strategy='redo',
    unique_key=['key_kind', 'event_key'],
    meta={'made_of': []},
) }}
{%- do say_if_rebuilt() -%}
{%- set is_added_to = is_incremental() -%}

with

leads as (

    select * from {{ ref('int_canonical_leads') }}

),

visitors as (

    select * from {{ ref('int_visitors') }}

),

owned as (

    select
        'lead' as key_kind,
        lead_id as event_key,
        [struct_pack(
            lead_id := canonical_lead_id,
            valid_from := {{ always() }},
            valid_to := cast(null as timestamp),
            known_at := known_at
        )] as owners

    from leads

    union all

    select
        'visitor' as key_kind,
        visitors.anonymous_id as event_key,
        list(
            struct_pack(
                lead_id := leads.canonical_lead_id,
                valid_from := visitors.valid_from,
                valid_to := visitors.valid_to,
                known_at := greatest(visitors.known_at, leads.known_at)
            )
            order by visitors.valid_from
        ) as owners

    from visitors
    inner join leads
        on visitors.source_lead_id = leads.lead_id
    group by visitors.anonymous_id

),

{% if is_added_to %}
changed as (

    select
        coalesce(owned.key_kind, standing.key_kind) as key_kind,
        coalesce(owned.event_key, standing.event_key) as event_key,
        coalesce(owned.owners, []) as owners,
        coalesce(standing.lead_ids, []) as former_lead_ids,
        standing.found_at

    from owned
    full outer join {{ this }} as standing
        on owned.key_kind = standing.key_kind and owned.event_key = standing.event_key
    where coalesce(owned.owners, []) is distinct from coalesce(standing.owners, [])

),
{% else %}
changed as (

    select
        *,
        [] as former_lead_ids,
        null as found_at

    from owned

),
{% endif %}

final as (

    select
        key_kind,
        event_key,
        owners,
        list_distinct(list_concat(
            former_lead_ids,
            list_transform(owners, lambda owner: owner.lead_id)
        )) as lead_ids,
        coalesce(found_at, {{ build_started_at() }}) as found_at,
        {{ build_started_at() }} as built_at,
        {{ edition() }} as edition

    from changed

)

select * from final
