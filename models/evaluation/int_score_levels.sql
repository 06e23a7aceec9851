with predictions as (

    select * from {{ ref('int_judged_predictions') }}
    where ranked_by is not null

),

levels as (

    select
        evaluation_id,
        ranked_by,
        count(*) as count_moments,
        count(*) filter (where label) as count_conversions
    from predictions
    group by evaluation_id, ranked_by

),

final as (

    select
        *,
        sum(count_moments) over higher_or_same - count_moments as moments_above,
        sum(count_conversions) over higher_or_same - count_conversions as conversions_above

    from levels
    window
        higher_or_same as (
            partition by evaluation_id
            order by ranked_by desc
            rows between unbounded preceding and current row
        )

)

select * from final
