{{ config(contract={'enforced': true}) }}
with importance as (

    select * from {{ ref('int_feature_importance') }}

),

champion as (

    select * from {{ ref('int_champion') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

resampled as (

    select
        importance.level,
        importance.name,
        min(importance.share) as share_low,
        max(importance.share) as share_high,
        min(importance.rank) as rank_low,
        max(importance.rank) as rank_high,
        count(*) as count_resamples

    from importance
    inner join champion on importance.model_version != champion.model_version
    group by importance.level, importance.name

),

final as (

    select
        importance.model_version,
        importance.level,
        importance.name,

        importance.mean_absolute_contribution,
        round(importance.share, 6) as share,
        importance.rank,

        round(resampled.share_low, 6) as share_low,
        round(resampled.share_high, 6) as share_high,
        resampled.rank_low,
        resampled.rank_high,
        coalesce(resampled.count_resamples, 0) as count_resamples,

        run_context.as_of

    from importance
    inner join champion on importance.model_version = champion.model_version
    left join resampled
        on importance.level = resampled.level and importance.name = resampled.name
    cross join run_context

)

select * from final
