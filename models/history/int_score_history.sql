{{ config(materialized='view') }}
with told as (

    select
        *,
        as_of as valid_from,
        lead(as_of) over by_lead as valid_to,
        lag(tier) over by_lead as previous_tier
    from {{ ref('int_told_scores') }}
    window by_lead as (partition by lead_id order by as_of)

),

with_starts as (

    select
        *,
        -- A lead that comes back begins its tier anew: while it was closed it had none.
        max(as_of) filter (where tier is distinct from previous_tier) over (
            partition by lead_id
            order by as_of
            rows between unbounded preceding and current row
        ) as tier_since
    from told

),

final as (

    select * exclude (is_open, previous_tier)
    from with_starts
    where is_open

)

select * from final
