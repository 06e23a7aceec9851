with

attribute_changes as (

    select * from {{ source('raw', 'attribute_changes') }}

),

final as (

    {{ judge_rows(
        'attribute_changes',
        key=['entity', 'entity_id', 'attribute', 'known_at'],
        required=['entity', 'entity_id', 'attribute', 'known_at'],
        times=['known_at'],
        allowed={'entity': ['lead', 'account']},
    ) }}

)

select * from final
