with models as (

    select * from {{ ref('lead_models') }}

),

-- The figures stand in the newest evaluation of one rung, the chosen one if it learns.
final as (

    select
        chosen.model_version,
        cast(newest.metrics ->> 'auc_spread' as double) as auc_spread,
        cast(newest.metrics ->> 'top_10_percent_stability' as double) as top_10_percent_stability

    from models as chosen
    inner join models as newest
        on
            chosen.training_run = newest.training_run
            and newest.role = 'evaluation'
            and newest.origin_number = 1
            and newest.metrics is not null
    where chosen.role in ('champion', 'challenger', 'recalibrated')

)

select * from final
