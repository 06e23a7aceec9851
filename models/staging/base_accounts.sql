with

accounts as (

    select * from {{ source('raw', 'accounts') }}

),

final as (

    {{ judge_rows(
        'accounts',
        key=['account_id'],
        required=['account_id'],
        times=['known_at'],
    ) }}

)

select * from final
