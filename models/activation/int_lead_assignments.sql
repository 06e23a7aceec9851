{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns',
    )
}}
with routes as (

    select * from {{ ref('int_lead_routes') }}

),

reps as (

    select * from {{ ref('sales_reps') }}

),

seniors as (

    select * from reps
    where is_senior

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- Where each lead was last. An empty table has assigned nothing.
latest as (

    {%- if is_incremental() %}
    select * from {{ this }}
    qualify row_number() over (partition by lead_id order by assigned_at desc) = 1
    {%- else %}
    select
        null::varchar as lead_id,
        null::timestamp as assigned_at,
        false as is_open,
        false as is_owned,
        null::varchar as rep_id,
        null::integer as rule,
        null::varchar as reason
    where false
    {%- endif %}

),

owned as (

    select
        lead_id,
        owner_rep_id as rep_id,
        true as is_owned,
        'Owned by ' || owner_rep_id || ' in the CRM.' as reason
    from routes
    where owner_rep_id is not null

),

kept as (

    select
        routes.lead_id,
        latest.rep_id,
        latest.is_owned,
        latest.rule,
        latest.reason
    from routes
    inner join latest on routes.lead_id = latest.lead_id
    inner join reps on latest.rep_id = reps.rep_id
    where routes.owner_rep_id is null and latest.is_open

),

waiting as (

    select routes.* from routes
    anti join kept on routes.lead_id = kept.lead_id
    where routes.owner_rep_id is null

),

-- Rules for seniors are served first; the others share the places that are left.
waiting_for_seniors as (

    select * from waiting
    where seniors_only

),

kept_loads as (

    select
        rep_id,
        count(*) as count_leads
    from kept
    where not is_owned
    group by rep_id

),

taken_by_seniors as (

    {{ taken_in_turn('waiting_for_seniors', 'seniors', 'kept_loads') }}

),

waiting_for_all as (

    select * from waiting
    where not seniors_only

),

loads as (

    select
        rep_id,
        sum(count_leads) as count_leads
    from (
        select * from kept_loads
        union all
        select
            rep_id,
            count(*) as count_leads
        from taken_by_seniors
        group by rep_id
    ) as taken_places
    group by rep_id

),

taken as (

    select * from taken_by_seniors
    union all
    {{ taken_in_turn('waiting_for_all', 'reps', 'loads') }}

),

routed as (

    select
        waiting.lead_id,
        taken.rep_id,
        false as is_owned,
        waiting.rule,
        case
            when waiting.rule is null then 'Nobody owns it in the CRM, and no rule matches.'
            else
                'By rule ' || waiting.rule || ' for team ' || waiting.team
                || case when waiting.seniors_only then ', seniors only' else '' end
                || case when taken.rep_id is null then ': nobody has room left.' else ': next in turn.' end
        end as reason

    from waiting
    left join taken on waiting.lead_id = taken.lead_id

),

now as (

    select *, true as is_open
    from owned
    union all by name
    select *, true as is_open
    from kept
    union all by name
    select *, true as is_open
    from routed
    union all by name
    select
        lead_id,
        false as is_open,
        false as is_owned,
        'Open no more.' as reason
    from latest
    where is_open and lead_id not in (select routes.lead_id from routes)

),

final as (

    select
        now.lead_id,
        run_context.as_of as assigned_at,
        now.is_open,
        now.is_owned,
        now.rep_id,
        now.rule,
        now.reason

    from now
    cross join run_context
    left join latest on now.lead_id = latest.lead_id
    where
        -- The past is not assigned afterwards.
        run_context.as_of >= coalesce((select max(told.assigned_at) from latest as told), run_context.as_of)
        and (
            latest.lead_id is null
            or (
                latest.assigned_at < run_context.as_of
                and (
                    now.is_open <> latest.is_open
                    or now.rep_id is distinct from latest.rep_id
                    or now.reason <> latest.reason
                )
            )
        )

)

select * from final
