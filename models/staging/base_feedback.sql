with

feedback as (

    select
        *,
        given_at as known_at,
    from {{ source('raw', 'feedback') }}

),

final as (

    {{ judge_rows(
        'feedback',
        key=['lead_id', 'given_at', 'rep_id'],
        required=['lead_id', 'given_at', 'verdict'],
        times=['given_at'],
        allowed={'verdict': ['good_fit', 'bad_fit']},
    ) }}

)

select * from final
