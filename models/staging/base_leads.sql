with

leads as (

    select
        *,
        created_at as known_at,
    from {{ source('raw', 'leads') }}

),

final as (

    {{ judge_rows(
        'leads',
        key=['lead_id'],
        required=['lead_id', 'created_at'],
        times=['created_at'],
    ) }}

)

select * from final
