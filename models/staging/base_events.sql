{{ config(
    materialized='incremental',
    incremental_strategy='redo',
    unique_key='event_number',
    meta={'made_of': [], 'reads_files': true},
) }}
{%- do say_if_rebuilt() -%}
{%- set is_added_to = is_incremental() -%}

{%- set latest = '(' ~ build_started_at() ~ ' + interval 1 day)' -%}
{#- What standing rows bear beside what they say. -#}
{%- set lineage = ['event_number', 'arrived_at', 'verdict'] if is_added_to else [] -%}
{%- set verdict = 'row(known_at, reject_reason, is_exact_duplicate)' -%}

with

event_files as (

    select * from {{ source('arrivals', 'event_files') }}

),

-- Read by column, as is what stands: as a whole it would be written down with each row's text.
events as not materialized (

    select * from {{ source('raw', 'events') }}

),

{% if is_added_to %}
standing as not materialized (

    select * from {{ this }}

),

-- In a run without raw_dir the view is that of the last build: what is here already has not arrived.
arrived as materialized (

    select * from {{ source('arrivals', 'arrived_events') }}
    where source_file not in (select distinct standing.source_file from standing)

),

-- What lay in the future when it was judged, and does so no more.
come_of_age as materialized (

    select
        event_number,
        event_id

    from standing
    where
        reject_reason is not null
        and (
            (occurred_at > built_at + interval 1 day and occurred_at <= {{ latest }})
            or (received_at > built_at + interval 1 day and received_at <= {{ latest }})
        )

),

-- Which of several rows with one key is used may change with each that comes. Here the keys alone are looked
-- through; whole rows are then fetched by number, and on most days there are none to fetch.
to_judge_again as materialized (

    select event_number
    from standing
    where event_id in (
        select arrived.event_id from arrived
        union all
        select come_of_age.event_id from come_of_age
    )

    union

    select event_number
    from come_of_age

),

rows_to_judge as (

    select
        * exclude (known_at, reject_reason, is_exact_duplicate, file_stamp, built_at, edition),
        {{ verdict }} as verdict

    from standing
    where event_number in (select to_judge_again.event_number from to_judge_again)

    union all by name

    select * from arrived

),
{% endif %}

judged as {{ 'materialized' if is_added_to }} (

    {{ judge_rows(
        'rows_to_judge' if is_added_to else 'events',
        key=['event_id'],
        required=['event_id', 'occurred_at', 'event_type'],
        times=['occurred_at', 'received_at'],
        known_at='coalesce(received_at, occurred_at)',
        rules=[
            ['lead_id is null and anonymous_id is null', 'lead_id and anonymous_id are both missing'],
            [
                'occurred_at > received_at + interval 1 day',
                'occurred_at is more than a day after received_at',
            ],
        ],
        lineage=lineage,
    ) | indent(4) }}

),

{% if is_added_to %}
-- A row that was used had no need of its text. Now that it is rejected, the text is read from its file again.
displaced as materialized (

    select
        event_number,
        event_id,
        source_file,
        row(*columns(* exclude (
            source_file, row_text, known_at, reject_reason, is_exact_duplicate, {{ lineage | join(', ') }}
        ))) as contents

    from judged
    where reject_reason is not null and row_text is null

),

texts as (

    select
        displaced.event_number,
        min(candidates.row_text) as row_text

    from displaced
    inner join (
        select
            source_file,
            row_text,
            row(*columns(* exclude (source_file, row_text))) as contents
        from events
        where event_id in (select displaced.event_id from displaced)
    ) as candidates
        on displaced.source_file = candidates.source_file and displaced.contents = candidates.contents
    group by displaced.event_number

),

final as (

    select
        judged.* exclude (verdict, event_number, arrived_at)
        replace (coalesce(judged.row_text, texts.row_text) as row_text),

        event_files.file_stamp,
        {{ next_number('judged.event_number') }} as event_number,
        coalesce(judged.arrived_at, {{ build_started_at() }}) as arrived_at,
        {{ build_started_at() }} as built_at,
        {{ edition() }} as edition

    from judged
    left join event_files
        on judged.source_file = event_files.source_file
    left join texts
        on judged.event_number = texts.event_number
    -- What is judged as it was stays as it is.
    where judged.verdict is distinct from {{ verdict | replace('(', '(judged.') | replace(', ', ', judged.') }}

)
{% else %}
final as (

    select
        judged.*,

        event_files.file_stamp,
        {{ next_number('event_number') }} as event_number,
        {{ build_started_at() }} as arrived_at,
        {{ build_started_at() }} as built_at,
        {{ edition() }} as edition

    from judged
    left join event_files
        on judged.source_file = event_files.source_file

)
{% endif %}

select * from final
