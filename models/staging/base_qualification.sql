with

qualification as (

    select
        *,
        answered_at as known_at,
    from {{ source('raw', 'qualification') }}

),

final as (

    {{ judge_rows(
        'qualification',
        key=['lead_id', 'answered_at'],
        required=['lead_id', 'answered_at'],
        times=['answered_at'],
    ) }}

)

select * from final
