with predictions as (

    select * from {{ ref('int_colleague_predictions') }}

),

-- Even steps of Kendall's tau between colleagues, v / (v + 2): about even steps of what can be told apart.
steps as (

    select unnest(range(46)) / 50e0 as kendall_tau

),

grid as (

    select
        kendall_tau,
        2 * kendall_tau / (1 - kendall_tau) as dependence
    from steps

),

-- A lead alone says nothing about dependence. Leads whose moment is not in the training set are not missed:
-- without them the others follow the same copula.
account_moments as (

    select
        predictions.is_newest_origin,
        predictions.account_id,
        predictions.origin_at,
        predictions.moment_at,
        grid.kendall_tau,
        grid.dependence,
        bool_or(predictions.label) as is_converted,
        {{ any_converts('predictions.probability', 'grid.dependence') }} as probability

    from predictions
    cross join grid
    group by
        predictions.is_newest_origin,
        predictions.account_id,
        predictions.origin_at,
        predictions.moment_at,
        grid.kendall_tau,
        grid.dependence
    having count(*) >= 2

),

final as (

    select
        is_newest_origin,
        account_id,
        kendall_tau,
        dependence,
        count(*) as count_moments,
        bool_or(is_converted) as is_converted,
        fsum(ln(greatest(
            case when is_converted then probability else 1 - probability end,
            2.220446049250313e-16
        ))) as log_likelihood

    from account_moments
    group by is_newest_origin, account_id, kendall_tau, dependence

)

select * from final
