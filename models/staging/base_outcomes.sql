with

outcomes as (

    select
        *,
        outcome_at as known_at,
    from {{ source('raw', 'outcomes') }}

),

final as (

    {{ judge_rows(
        'outcomes',
        key=['lead_id'],
        required=['lead_id', 'outcome', 'outcome_at'],
        times=['outcome_at'],
        allowed={'outcome': ['won', 'lost', 'disqualified']},
    ) }}

)

select * from final
