with predictions as (

    select * from {{ ref('int_test_predictions') }}

),

-- each counts at its origin, and (origin_at null) with those of all origins of the split
placed as (

    select
        * exclude (origin_at),
        unnest([origin_at, null]) as origin_at
    from predictions

),

sets as (

    select
        model_version,
        split,
        origin_at,
        contestant,

        case when min(model_kind) = max(model_kind) then min(model_kind) else 'mixed' end as model_kind,
        -- points and probabilities do not compare: where origins gave now one, now the other, nothing ranks
        case count(probability)
            when count(*) then 'probability'
            when 0 then 'points'
            else 'mixed'
        end as scale,

        count(*) as count_moments,
        count(distinct lead_id) as count_leads,
        count(*) filter (where label) as count_conversions

    from placed
    group by model_version, split, origin_at, contestant

),

final as (

    select
        row_number() over (order by model_version, split, contestant, origin_at) as evaluation_id,
        *
    from sets

)

select * from final
