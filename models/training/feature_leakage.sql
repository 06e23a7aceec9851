{#- The hook comes after the commit: where the findings stop the build, they can still be read. -#}
{{ config(
    contract={'enforced': true},
    post_hook={
        'sql': "{{ report_leakage('select sentence from ' ~ this ~ ' where finding is not null order by 1') }}",
        'transaction': false,
    },
) }}
{%- do check_configuration() -%}
{#- With fewer leads that were won, or that were not, nothing is concluded. -#}
{%- set min_leads = 20 -%}
{#- Where the open leads differ from the past by this factor, less is needed of what is missing to tell. -#}
{%- set max_factor = 2 -%}
{%- set min_missingness_auc = 0.6 -%}
with discrimination as (

    select * from {{ ref('int_feature_discrimination') }}

),

feature_catalog as (

    select * from {{ ref('feature_catalog') }}

),

described as (

    select
        discrimination.*,
        feature_catalog.known_when,
        contains(feature_catalog.known_when, 'without a history') as may_lack_history,

        least(discrimination.count_leads_won, discrimination.count_leads_not_won) >= {{ min_leads }}
        and not list_contains(
            cast({{ var('exclude_features') }} as varchar[]), discrimination.feature_name
        ) as is_judged,

        discrimination.past_rate * discrimination.share_filled_won
        + (1 - discrimination.past_rate) * discrimination.share_filled_not_won as share_filled_past

    from discrimination
    inner join feature_catalog on discrimination.feature_name = feature_catalog.feature_name

),

-- Past moments are of leads that were open then. So an honest column is filled in for the leads open now, and
-- promises them wins, about as in the past; one that marks the leads that are closed does not.
compared_with_open_leads as (

    select
        *,
        share_filled_open < share_filled_past / {{ max_factor }} as is_emptier_now,
        implied_open_rate < past_rate / {{ max_factor }}
        or implied_open_rate > past_rate * {{ max_factor }} as is_other_promise_now

    from described

),

found as (

    select
        *,
        case
            when not is_judged
                then null
            when
                may_lack_history
                and missingness_auc
                >= if(is_emptier_now, {{ min_missingness_auc }}, {{ var('leakage_suspicion_auc') }})
                then 'filled_after_conversion'
            when may_lack_history and auc >= {{ var('leakage_suspicion_auc') }} and is_other_promise_now
                then 'unlike_open_leads'
            when auc >= {{ var('leakage_auc') }}
                then 'implausibly_good'
        end as finding

    from compared_with_open_leads

),

explained as (

    select
        *,

        case finding
            when 'filled_after_conversion'
                then
                    'is filled in at ' || {{ percent('share_filled_won') }}
                    || ' of the moments before a win and ' || {{ percent('share_filled_not_won') }}
                    || ' of those of leads that were not won' || coalesce(
                        ', and for ' || {{ percent('share_filled_open') }} || ' of the open leads', ''
                    )
            when 'unlike_open_leads'
                then
                    'foretells a win (AUC ' || printf('%.2f', auc)
                    || '), but hardly by values that open leads have: by it alone '
                    || {{ percent('implied_open_rate') }} || ' of them would be won, where '
                    || {{ percent('past_rate') }} || ' of the past moments came before a win'
            when 'implausibly_good'
                then
                    'alone tells the moments before a win from those of leads that were not won (AUC '
                    || printf('%.2f', auc) || ')'
        end as evidence,

        case
            when may_lack_history then 'give its history in attribute_changes'
            else 'correct the times from which it was known'
        end as mend

    from found

),

final as (

    select
        feature_name,
        known_when,

        count_moments,
        count_leads_won,
        count_leads_not_won,

        share_filled_won,
        share_filled_not_won,
        share_filled_open,
        missingness_auc,

        auc,
        past_rate,
        implied_open_rate,

        finding,
        feature_name || ' ' || evidence || '. It counts as known ' || known_when
        || '. If it was written down because of how things went, ' || mend
        || ' or leave it out with exclude_features: [' || feature_name || '].' as sentence

    from explained

)

select * from final
