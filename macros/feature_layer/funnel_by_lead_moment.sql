{#-
    Query: first and last engagement and the first signal of each stage of the funnel, by row of a spine.

    engagement  relation like the query of engagement_by_lead_moment
-#}
{% macro funnel_by_lead_moment(engagement) -%}
with engagement as (

    select * from {{ engagement }}

),

positive_signals as (

    {%- for signal in signals() if signal.sign == 'positive' %}
    select
        {{ signal_number("'" ~ signal.name ~ "'") }} as signal_number,
        '{{ signal.name }}' as signal,
        '{{ signal.channel }}' as channel,
        '{{ signal.stage }}' as stage
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

final as (

    select
        engagement.spine_id,

        min(engagement.first_at) as first_engagement_at,
        max(engagement.last_at) as last_engagement_at,
        arg_min(signals.signal, (engagement.first_at, engagement.signal_number)) as first_signal,
        arg_max(signals.signal, (engagement.last_at, engagement.signal_number)) as last_signal,
        arg_max(signals.channel, (engagement.last_at, engagement.signal_number)) as last_channel
        {%- for stage in funnel_stages() %},
        min(engagement.first_at) filter (where signals.stage = '{{ stage }}') as {{ stage }}_at
        {%- endfor %}

    from engagement
    inner join positive_signals as signals on engagement.signal_number = signals.signal_number
    group by engagement.spine_id

)

select * from final
{%- endmacro %}
