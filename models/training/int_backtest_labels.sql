with predictions as (

    select * from {{ source('operations', 'backtest_predictions') }}

),

lifecycles as (

    select * from {{ ref('int_lead_lifecycles') }}

),

canonical_leads as (

    select * from {{ ref('int_canonical_leads') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

moments as (

    select distinct
        lead_id,
        origin_at
    from predictions

),

-- A lead that was told of then may be known as a duplicate by now: it ended as the one it was merged into.
ended as (

    select
        moments.lead_id,
        moments.origin_at,
        {{ days_after('moments.origin_at', var('label_horizon_days')) }} as window_ends_at,
        lifecycles.won_at,
        lifecycles.closed_at

    from moments
    inner join canonical_leads on moments.lead_id = canonical_leads.lead_id
    inner join lifecycles on canonical_leads.canonical_lead_id = lifecycles.lead_id

),

-- An origin counts once the ends of all its leads are known, as in training_moments.
final as (

    select
        ended.lead_id,
        ended.origin_at,
        coalesce(ended.won_at > ended.origin_at and ended.won_at <= ended.window_ends_at, false) as label

    from ended
    cross join run_context
    qualify
        max(least(ended.closed_at, ended.window_ends_at)) over (partition by ended.origin_at)
        <= run_context.as_of

)

select * from final
