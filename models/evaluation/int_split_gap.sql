{#- As in feature_leakage: the hook comes after the commit. -#}
{{ config(
    post_hook={
        'sql': "{{ report_leakage('select sentence from ' ~ this ~ ' where sentence is not null') }}",
        'transaction': false,
    },
) }}
with champion as (

    select * from {{ ref('int_champion') }}

),

models as (

    select * from {{ ref('lead_models') }}

),

figures as (

    select
        champion.model_version,
        cast(models.metrics ->> 'random_split_auc' as double) as random_split_auc,
        cast(models.metrics ->> 'forward_auc' as double) as forward_auc

    from champion
    inner join models on champion.training_run = models.training_run
    where models.role = 'evaluation' and models.origin_number = 1 and models.metrics is not null

),

final as (

    select
        *,
        case
            when random_split_auc - forward_auc > {{ var('leakage_max_split_gap') }}
                then
                    'With leads split at random the AUC of ' || model_version || ' is '
                    || printf('%.3f', random_split_auc) || ', forward in time ' || printf('%.3f', forward_auc)
                    || ': a column may hold what was known only later, or the world has changed.'
        end as sentence
    from figures

)

select * from final
