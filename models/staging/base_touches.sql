with

touches as (

    select
        *,
        touched_at as known_at,
    from {{ source('raw', 'touches') }}

),

final as (

    {{ judge_rows(
        'touches',
        key=['touch_id'],
        required=['touch_id', 'lead_id', 'touched_at'],
        times=['touched_at'],
    ) }}

)

select * from final
