{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns',
        pre_hook='{{ forget_unfinished_runs() }}',
    )
}}
with changes as (

    select * from {{ ref('int_score_changes') }}
    where status = 'changed'

),

told as (

    select max(as_of) as as_of
    from {{ this if is_incremental() else "(select cast(null as timestamp) as as_of) as nothing" }}

),

steps as (

    select * from {{ ref('int_score_steps') }}
    where cause = 'events'

),

topics as (

    select distinct
        topic,
        topic_label
    from {{ ref('feature_catalog') }}

),

final as (

    select
        steps.lead_id,
        changes.as_of,
        steps.topic,
        coalesce(topics.topic_label, 'facts that were known late') as topic_label,
        steps.points

    from steps
    inner join changes on steps.lead_id = changes.lead_id
    cross join told
    left join topics on steps.topic = topics.topic
    where steps.points != 0 and changes.as_of > coalesce(told.as_of, timestamp '-infinity')

)

select * from final
