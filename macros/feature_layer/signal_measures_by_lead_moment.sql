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

-- A list first, columns after: one aggregate in place of one for each signal and measure.
measures_of_rows as (

    select
        spine_id,
        list(signal_number) as signal_numbers,
        list(struct_pack(
            {%- for measure in measures() if measure.kind != 'recency' %}
            {{ measure.column }} := cast({{ measure.column }} as float),
            {%- endfor %}
            last_at := last_at
        )) as measures

    from engagement
    group by spine_id

),

measures_of_signals as (

    select
        spine.spine_id,
        spine.moment_at,
        least(spine.moment_at, spine.known_until) as last_known_at,
        {%- for signal in all_signals %}
        measures_of_rows.measures[list_position(measures_of_rows.signal_numbers, {{ loop.index }})]
            as {{ signal.name }},
        {%- endfor %}
        coverage.*

    from spine
    left join measures_of_rows on spine.spine_id = measures_of_rows.spine_id
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
        cast({{ days_between(signal.name ~ '.last_at', 'moment_at') }} as float)
            as {{ signal.name }}_{{ measure.name }}
        {%- else %}
        cast(
            case when last_known_at >= {{ signal.name }}_since
                then coalesce({{ signal.name }}.{{ measure.column }}, 0)
            end as float
        ) as {{ signal.name }}_{{ measure.name }}
        {%- endif %}
        {{- "," if not (loop.last and signal_loop.last) }}
        {%- endfor %}
        {%- endfor %}

    from measures_of_signals

)

select * from final
{%- endmacro %}
