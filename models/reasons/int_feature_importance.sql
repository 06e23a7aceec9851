with contributions as (

    select
        model_version,
        lead_id,
        contributions
    from {{ ref('int_lead_contributions') }}

    union all

    select
        model_version,
        lead_id,
        contributions
    from {{ ref('int_resample_contributions') }}

),

model_features as (

    select
        model_features.*,
        feature_catalog.topic,
        feature_catalog.feature_group
    from {{ ref('int_model_features') }} as model_features
    inner join {{ ref('feature_catalog') }} as feature_catalog
        on model_features.feature_name = feature_catalog.feature_name

),

by_feature as (

    select
        model_version,
        generate_subscripts(contributions, 1) as position,
        unnest(contributions) as contribution
    from contributions

),

features as (

    select
        by_feature.model_version,
        'feature' as level,
        model_features.feature_name as name,
        favg(abs(by_feature.contribution)) as mean_absolute_contribution

    from by_feature
    inner join model_features
        on
            by_feature.model_version = model_features.model_version
            and by_feature.position = model_features.position
    group by by_feature.model_version, model_features.feature_name

),

sums as (

    select
        model_version,
        'topic' as level,
        topic as name,
        list(position order by position) as positions
    from model_features
    group by model_version, topic

    union all

    select
        model_version,
        'group' as level,
        feature_group as name,
        list(position order by position) as positions
    from model_features
    group by model_version, feature_group

),

-- What a topic adds to a lead is one sum: features of a topic that cancel out make no difference.
topics_and_groups as (

    select
        sums.model_version,
        sums.level,
        sums.name,
        favg(abs(list_sum(cast(list_select(contributions.contributions, sums.positions) as double[]))))
            as mean_absolute_contribution

    from contributions
    inner join sums on contributions.model_version = sums.model_version
    group by sums.model_version, sums.level, sums.name

),

measured as (

    select * from features

    union all

    select * from topics_and_groups

),

rounded as (

    select
        model_version,
        level,
        name,
        round(mean_absolute_contribution, 9) as mean_absolute_contribution
    from measured

),

final as (

    select
        *,
        mean_absolute_contribution
        / nullif(fsum(mean_absolute_contribution) over (partition by model_version, level), 0) as share,
        rank() over (
            partition by model_version, level order by mean_absolute_contribution desc
        ) as rank
    from rounded

)

select * from final
