{#- So many moments of the usual kind are added to what is seen of a value: a rare word foretells little. -#}
{%- set count_usual = 10 -%}
with moments as (

    select * from {{ ref('int_leakage_moments') }}

),

value_counts as (

    select * from {{ ref('int_leakage_values') }}

),

counts as (

    select
        count(*) as count_moments,
        count(distinct lead_id) filter (where outcome = 'won') as count_leads_won,
        count(distinct lead_id) filter (where outcome = 'not_won') as count_leads_not_won,
        count(*) filter (where outcome = 'won')
        / nullif(count(*) filter (where outcome <> 'open'), 0) as share_won,
        coalesce(any_value(stands_for) filter (where outcome = 'won'), 1) as won_stands_for,
        coalesce(any_value(stands_for) filter (where outcome = 'not_won'), 1) as not_won_stands_for
    from moments

),

totals as (

    select
        *,
        won_stands_for * share_won
        / (won_stands_for * share_won + not_won_stands_for * (1 - share_won)) as past_rate
    from counts

),

-- Each half of the leads is judged by what the other half tells of a value: so a lead's own end, or a value
-- that no two leads share, foretells nothing.
told_by_other_half as (

    select
        *,
        sum(count_won) over of_value - count_won as other_won,
        sum(count_not_won) over of_value - count_not_won as other_not_won
    from value_counts
    window of_value as (partition by feature_name, bin)

),

weighted as (

    select
        told_by_other_half.*,
        totals.won_stands_for
        * (told_by_other_half.other_won + {{ count_usual }} * totals.share_won) as weight_won,
        totals.not_won_stands_for
        * (told_by_other_half.other_not_won + {{ count_usual }} * (1 - totals.share_won)) as weight_not_won

    from told_by_other_half
    cross join totals

),

rates as (

    select
        feature_name,
        is_first_half,
        weight_won / (weight_won + weight_not_won) as rate,
        sum(count_won) as count_won,
        sum(count_not_won) as count_not_won,
        sum(count_open) as count_open
    from weighted
    group by feature_name, is_first_half, rate

),

ranked as (

    select
        *,
        coalesce(sum(count_not_won) over lower_rates, 0) as count_not_won_below
    from rates
    window lower_rates as (
        partition by feature_name, is_first_half
        order by rate
        rows between unbounded preceding and 1 preceding
    )

),

-- The AUC is the share of pairs (a moment before a win, a moment of a lead that was not won) that the rates
-- put in the right order; ties are half right. Pairs are made within a half.
halves as (

    select
        feature_name,
        sum(count_won * (count_not_won_below + count_not_won / 2)) as count_right_pairs,
        sum(count_won) * sum(count_not_won) as count_pairs,
        fsum(count_open * rate) as count_open_wins,
        sum(count_open) as count_open
    from ranked
    group by feature_name, is_first_half

),

discrimination as (

    select
        feature_name,
        sum(count_right_pairs) / nullif(sum(count_pairs), 0) as auc,
        fsum(count_open_wins) / nullif(sum(count_open), 0) as implied_open_rate
    from halves
    group by feature_name

),

filled as (

    select
        feature_name,
        sum(if(bin is null, 0, count_won)) / nullif(sum(count_won), 0) as share_filled_won,
        sum(if(bin is null, 0, count_not_won)) / nullif(sum(count_not_won), 0) as share_filled_not_won,
        sum(if(bin is null, 0, count_open)) / nullif(sum(count_open), 0) as share_filled_open
    from value_counts
    group by feature_name

),

final as (

    select
        filled.feature_name,

        totals.count_moments,
        totals.count_leads_won,
        totals.count_leads_not_won,

        filled.share_filled_won,
        filled.share_filled_not_won,
        filled.share_filled_open,
        0.5 + abs(filled.share_filled_won - filled.share_filled_not_won) / 2 as missingness_auc,

        round(discrimination.auc, 12) as auc,
        round(totals.past_rate, 12) as past_rate,
        round(discrimination.implied_open_rate, 12) as implied_open_rate

    from filled
    inner join discrimination on filled.feature_name = discrimination.feature_name
    cross join totals

)

select * from final
