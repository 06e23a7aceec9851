{#- So many are enough for a decile, and long before a rate's decimals. -#}
{%- set max_moments = 50000 -%}
with moments as (

    select
        lead_id,
        moment_at,
        label
    from {{ ref('training_moments') }}
    where origin_number = 0 and use is not null and is_blind

),

counted as (

    select
        *,
        count(*) over () as count_moments
    from moments

),

final as (

    select
        lead_id,
        moment_at,
        label
    from counted
    where {{ uniform_hash('lead_id') }} < {{ max_moments }} / count_moments

)

select * from final
