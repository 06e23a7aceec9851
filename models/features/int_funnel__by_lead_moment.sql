{%- set positive = signals() | selectattr('sign', 'equalto', 'positive') | list -%}
with engagement as (

    select
        *,
        list_extract(['{{ ledger_signals() | map(attribute="name") | join("', '") }}'], signal_number) as signal
    from {{ ref('int_engagement__by_lead_moment') }}

),

signal_stages as (

    {%- for signal in positive %}
    select '{{ signal.name }}' as signal, '{{ signal.channel }}' as channel, '{{ signal.stage }}' as stage{{ " union all" if not loop.last }}
    {%- endfor %}

),

final as (

    select
        engagement.spine_id,

        min(engagement.first_at) as first_engagement_at,
        max(engagement.last_at) as last_engagement_at,
        arg_min(engagement.signal, (engagement.first_at, engagement.signal_number)) as first_signal,
        arg_max(engagement.signal, (engagement.last_at, engagement.signal_number)) as last_signal,
        arg_max(signal_stages.channel, (engagement.last_at, engagement.signal_number)) as last_channel,
        {%- for stage in funnel_stages() %}
        min(engagement.first_at) filter (where signal_stages.stage = '{{ stage }}') as {{ stage }}_at{{ "," if not loop.last }}
        {%- endfor %}

    from engagement
    inner join signal_stages on engagement.signal = signal_stages.signal
    group by engagement.spine_id

)

select * from final
