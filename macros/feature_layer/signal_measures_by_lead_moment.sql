{#-
    Query: one column per signal and measure, for each row of a spine.

    spine       relation as in spine_accounts
    engagement  relation like the query of engagement_by_lead_moment
-#}
{% macro signal_measures_by_lead_moment(spine, engagement) -%}
{%- set all_signals = ledger_signals() -%}
with engagement as (

    select * from {{ engagement }}

),

spine as (

    select * from {{ spine }}

),

-- When each signal was first seen at all: before that, "no such event" could not be known.
coverage as (

    select
        {%- for signal in all_signals %}
        min(first_known_at) filter (where signal = '{{ signal.name }}') as {{ signal.name }}_since
        {{- "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_signal_coverage') }}

),

-- Lists first, columns after: one aggregate per measure, not one per measure and signal.
engagement_lists as (

    select
        spine_id,
        list(signal_number) as signal_numbers,
        {%- for measure in measures() if measure.kind != 'recency' %}
        list({{ measure.column }}) as {{ measure.column }},
        {%- endfor %}
        list(last_at) as last_at

    from engagement
    group by spine_id

),

positions as (

    select
        spine.spine_id,
        spine.moment_at,
        least(spine.moment_at, spine.known_until) as last_known_at,
        engagement_lists.* exclude (spine_id, signal_numbers),
        {%- for signal in all_signals %}
        list_position(engagement_lists.signal_numbers, {{ loop.index }}) as {{ signal.name }}_position,
        {%- endfor %}
        coverage.*

    from spine
    left join engagement_lists on spine.spine_id = engagement_lists.spine_id
    cross join coverage

),

final as (

    select
        spine_id,
        {%- for signal in all_signals %}
        {%- set signal_loop = loop %}

        {#- Zero is a fact only once the signal is being recorded. #}
        {%- for measure in measures() %}
        {%- if measure.kind == 'recency' %}
        cast({{ days_between('last_at[' ~ signal.name ~ '_position]', 'moment_at') }} as float)
            as {{ signal.name }}_{{ measure.name }}
        {%- else %}
        cast(
            case when last_known_at >= {{ signal.name }}_since
                then coalesce({{ measure.column }}[{{ signal.name }}_position], 0)
            end as float
        ) as {{ signal.name }}_{{ measure.name }}
        {%- endif %}
        {{- "," if not (loop.last and signal_loop.last) }}
        {%- endfor %}
        {%- endfor %}

    from positions

)

select * from final
{%- endmacro %}
