with

identities as (

    select
        *,
        identified_at as known_at,
    from {{ source('raw', 'identities') }}

),

final as (

    {{ judge_rows(
        'identities',
        key=['anonymous_id', 'lead_id', 'identified_at'],
        required=['anonymous_id', 'lead_id', 'identified_at'],
        times=['identified_at'],
    ) }}

)

select * from final
