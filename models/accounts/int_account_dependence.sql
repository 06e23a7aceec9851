{%- set min_accounts = var('min_conversions_to_learn') -%}
with likelihood as (

    select * from {{ ref('int_account_likelihood') }}

),

-- What scores now is estimated at all origins; what is tested at the newest, at those before it.
samples as (

    select
        origins.origins,
        likelihood.*
    from (select unnest(['all', 'older']) as origins) as origins
    left join likelihood on origins.origins = 'all' or not likelihood.is_newest_origin

),

-- The moments of an account are not independent: it counts as one.
accounts as (

    select
        origins,
        account_id,
        kendall_tau,
        dependence,
        sum(count_moments) as count_moments,
        bool_or(is_converted) as is_converted,
        fsum(log_likelihood) as log_likelihood

    from samples
    group by origins, account_id, kendall_tau, dependence

),

gains as (

    select
        *,
        log_likelihood
        - max(log_likelihood) filter (where dependence = 0) over (partition by origins, account_id) as gain
    from accounts

),

estimates as (

    select
        origins,
        kendall_tau,
        dependence,
        cast(sum(count_moments) as bigint) as count_moments,
        count(account_id) as count_accounts,
        count(*) filter (where is_converted) as count_accounts_converted,
        round(fsum(gain), 9) as gain,
        round(stddev_samp(gain) * sqrt(count(*)), 9) as gain_standard_error

    from gains
    group by origins, kendall_tau, dependence

),

best as (

    select * from estimates
    qualify row_number() over (partition by origins order by gain desc, dependence asc) = 1

),

judged as (

    select
        *,
        count_accounts_converted >= {{ min_accounts }} as is_enough,
        gain > gain_standard_error as is_more_than_chance
    from best

),

-- The gain is in-sample. For independent colleagues it is about z^2 / 2 and its standard error z, with a
-- normal z: the gain is the greater where z exceeds 2.
final as (

    select
        origins,
        coalesce(count_moments, 0) as count_moments,
        count_accounts,
        count_accounts_converted,
        kendall_tau,
        dependence as estimated_dependence,
        gain,
        gain_standard_error,
        case when is_enough and is_more_than_chance then dependence else 0 end as dependence,
        case
            when not is_enough
                then printf(
                    'Independent: colleagues of %d accounts converted in past tests, and it takes %d.',
                    count_accounts_converted, {{ min_accounts }}
                )
            when is_more_than_chance
                then printf(
                    'Dependent: a Kendall''s tau of %.2f fits %d accounts better by more than chance.',
                    kendall_tau, count_accounts
                )
            else printf(
                'Independent: no dependence between colleagues fits %d accounts better by more than chance.',
                count_accounts
            )
        end as dependence_reason

    from judged

)

select * from final
