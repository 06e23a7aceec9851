with history as (

    select * from {{ ref('int_score_history') }}

),

previous_run as (

    select * from {{ ref('int_previous_run') }}

),

final as (

    select
        history.lead_id,
        previous_run.as_of,
        history.account_id,
        history.conversion_probability,
        history.score,
        history.tier,
        history.model_version

    from history
    inner join previous_run
        on
            history.valid_from <= previous_run.as_of
            and (history.valid_to is null or history.valid_to > previous_run.as_of)

)

select * from final
