{{ config(contract={'enforced': true}) }}
with test_bins as (

    select * from {{ ref('int_test_bins') }}

),

open_lead_bins as (

    select * from {{ ref('int_open_lead_bins') }}

),

bounds as (

    select * from {{ ref('int_feature_bins') }}

),

champion as (

    select * from {{ ref('int_champion') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

together as (

    select
        coalesce(test_bins.feature_name, open_lead_bins.feature_name) as feature_name,
        coalesce(test_bins.bin, open_lead_bins.bin) as bin,
        test_bins.* exclude (feature_name, bin),
        open_lead_bins.* exclude (feature_name, bin)

    from test_bins
    full outer join open_lead_bins
        on
            test_bins.feature_name = open_lead_bins.feature_name
            and test_bins.bin is not distinct from open_lead_bins.bin

),

-- A number's bin counts the bounds that it is above: it lies above that bound and up to the next.
with_bounds as (

    select
        together.*,
        case when bounds.bounds is not null then cast(together.bin as integer) end as bounds_below,
        bounds.bounds[bounds_below] as lower_bound,
        bounds.bounds[bounds_below + 1] as upper_bound

    from together
    left join bounds on together.feature_name = bounds.feature_name

),

final as (

    select
        champion.model_version,
        with_bounds.feature_name,
        cast(row_number() over (
            partition by with_bounds.feature_name
            order by
                with_bounds.bounds_below asc nulls last,
                with_bounds.bin is null asc,
                coalesce(with_bounds.count_moments, 0) desc,
                with_bounds.bin asc
        ) as integer) as bin,

        case
            when with_bounds.bin is null then 'not known'
            when with_bounds.bounds_below is null then with_bounds.bin
            when with_bounds.lower_bound is null and with_bounds.upper_bound is null then 'any'
            when with_bounds.lower_bound is null
                then 'up to ' || {{ number_words('with_bounds.upper_bound') }}
            when with_bounds.upper_bound is null
                then 'above ' || {{ number_words('with_bounds.lower_bound') }}
            else concat(
                'above ', {{ number_words('with_bounds.lower_bound') }},
                ' up to ', {{ number_words('with_bounds.upper_bound') }}
            )
        end as bin_label,
        cast(with_bounds.lower_bound as double) as lower_bound,
        cast(with_bounds.upper_bound as double) as upper_bound,

        coalesce(with_bounds.count_moments, 0) as count_moments,
        coalesce(with_bounds.count_leads, 0) as count_leads,
        with_bounds.count_conversions / with_bounds.count_moments as conversion_rate,
        {{ wilson_bound(
            'low', 'with_bounds.count_conversions / with_bounds.count_moments', 'with_bounds.effective_moments'
        ) }} as conversion_rate_low,
        {{ wilson_bound(
            'high', 'with_bounds.count_conversions / with_bounds.count_moments', 'with_bounds.effective_moments'
        ) }} as conversion_rate_high,
        round(with_bounds.mean_probability, 9) as mean_probability,

        coalesce(with_bounds.count_open_leads, 0) as count_open_leads,
        round(with_bounds.mean_contribution, 9) as mean_contribution,

        run_context.as_of

    from with_bounds
    cross join champion
    cross join run_context

)

select * from final
