{#- So many are enough for a decile, and long before a rate's decimals. -#}
{%- set max_moments = 50000 -%}
with moments as (

    select
        lead_id,
        moment_at,
        any_value(label) as label
    from {{ ref('training_moments') }}
    group by lead_id, moment_at
    having any_value(label) is not null and count(use) > 0

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
