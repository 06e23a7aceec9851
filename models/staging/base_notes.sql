with

notes as (

    select
        *,
        noted_at as known_at,
    from {{ source('raw', 'notes') }}

),

final as (

    {{ judge_rows(
        'notes',
        key=['lead_id', 'noted_at', 'kind', 'text'],
        required=['lead_id', 'noted_at', 'text'],
        times=['noted_at'],
    ) }}

)

select * from final
