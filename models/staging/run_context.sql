with

known_moments as (

    {% for table in input_tables() %}
    select max(known_at) as latest_known_at
    from {{ ref('base_' ~ table) }}
    where reject_reason is null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

asked as (

    select
        {{ build_started_at() }} as started_at,
        {% if var('as_of') %}
            leadhouse_parse_time('{{ var("as_of") | string | replace("'", "''") }}') as as_of
        {% else %}
        -- Without any fact at all, now is as good a moment as any.
        coalesce((select max(latest_known_at) from known_moments), started_at) as as_of
        {% endif %}

),

known_leads as (

    select count(*) as count_leads
    from {{ ref('base_leads') }}
    where reject_reason is null and known_at <= (select asked.as_of from asked)

),

final as (

    select
        {% if flags.EMPTY or 'leads' in var('allow_empty_tables') %}
            asked.as_of,
        {% else %}
        case
            when known_leads.count_leads > 0 then asked.as_of
            else error('No lead can be used as of ' || asked.as_of || '; base_leads says why.')
        end as as_of,
        {% endif %}
        asked.started_at,
        '{{ run_id() }}' as run_id,
        '{{ invocation_id }}' as invocation_id,
        {{ var('label_horizon_days') }} as label_horizon_days
    from asked
    cross join known_leads

)

select * from final
