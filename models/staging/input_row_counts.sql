with

run_context as (

    select * from {{ ref('run_context') }}

),

left_out as (

    select * from {{ source('forgotten', 'rows_left_out') }}

),

judged as (

    {% for table in input_tables() %}
    select
        '{{ table }}' as input_table,
        known_at,
        reject_reason is not null as is_rejected,
        is_exact_duplicate
    from {{ ref('base_' ~ table) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

counted as (

    select
        judged.input_table,
        count(*) as count_rows_in,
        count(*) filter (
            where not (judged.is_rejected or judged.is_exact_duplicate)
            and (judged.known_at is null or judged.known_at <= run_context.as_of)
        ) as count_used,
        count(*) filter (
            where judged.is_exact_duplicate
            and (judged.known_at is null or judged.known_at <= run_context.as_of)
        ) as count_exact_duplicates,
        count(*) filter (
            where judged.is_rejected
            and (judged.known_at is null or judged.known_at <= run_context.as_of)
        ) as count_rejected,
        count(*) filter (where judged.known_at > run_context.as_of) as count_not_yet_known
    from judged
    cross join run_context
    group by judged.input_table

),

-- Used rows that lead nowhere: they name a lead that is not in leads.
unmatched as (

    {% for table, lead_id in lead_references().items() %}
    select
        '{{ table }}' as input_table,
        count(*) as count_unmatched
    from {{ ref('stg_' ~ table) }} as facts
    where {{ lead_id }} not in (select leads.lead_id from {{ ref('stg_leads') }} as leads)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

input_tables as (

    {% for table in input_tables() %}
    select '{{ table }}' as input_table
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        input_tables.input_table,
        unmatched.count_unmatched,
        coalesce(counted.count_rows_in, 0) + left_out.count_rows as count_rows_in,
        coalesce(counted.count_used, 0) as count_used,
        coalesce(counted.count_exact_duplicates, 0) as count_exact_duplicates,
        coalesce(counted.count_rejected, 0) as count_rejected,
        coalesce(counted.count_not_yet_known, 0) as count_not_yet_known,
        left_out.count_rows as count_forgotten
    from input_tables
    inner join left_out
        on input_tables.input_table = left_out.input_table
    left join counted
        on input_tables.input_table = counted.input_table
    left join unmatched
        on input_tables.input_table = unmatched.input_table

)

select * from final
