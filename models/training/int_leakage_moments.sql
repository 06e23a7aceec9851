{#- So many of each outcome are enough: they place an AUC of 0.9 to within 0.01. -#}
{%- set max_moments = 5000 -%}
with training_set as (

    select * from {{ ref('training_set') }}
    where is_blind

),

lifecycles as (

    select * from {{ ref('int_lead_lifecycles') }}

),

spine as (

    select * from {{ ref('spine') }}

),

-- Moments too long before a win are left out. Without a history, what was written into the lead's record at
-- the win stands beside them too, and would make such a column look as if it knew nothing.
outcomes as (

    select
        training_set.lead_id,
        training_set.moment_at,
        case when training_set.label then 'won' else 'not_won' end as outcome

    from training_set
    inner join lifecycles on training_set.lead_id = lifecycles.lead_id
    where training_set.label or lifecycles.won_at is null

    union all

    select
        lead_id,
        moment_at,
        'open' as outcome
    from spine
    where is_now

),

final as (

    select
        lead_id,
        moment_at,
        outcome,
        {{ uniform_hash('lead_id') }} < 0.5 as is_first_half,
        greatest(count(*) over (partition by outcome) / {{ max_moments }}, 1) as stands_for

    from outcomes
    qualify
        row_number() over (
            partition by outcome
            order by {{ uniform_hash("lead_id || ' ' || moment_at") }}, lead_id, moment_at
        ) <= {{ max_moments }}

)

select * from final
