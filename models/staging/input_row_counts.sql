with

run_context as (

    select * from {{ ref('run_context') }}

),

judged as (

    {% for table in input_tables() -%}
    select
        '{{ table }}' as input_table,
        coalesce(known_at > (select as_of from run_context), false) as is_not_yet_known,
        reject_reason is not null as is_rejected,
        is_exact_duplicate,
    from {{ ref('base_' ~ table) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (

    select
        input_table,
        count(*) as count_rows_in,
        count(*) filter (where not (is_not_yet_known or is_rejected or is_exact_duplicate)) as count_used,
        count(*) filter (where is_exact_duplicate and not is_not_yet_known) as count_exact_duplicates,
        count(*) filter (where is_rejected and not is_not_yet_known) as count_rejected,
        count(*) filter (where is_not_yet_known) as count_not_yet_known,
    from judged
    group by input_table

),

-- Rows of use to nobody, for all that is known: their lead is not in leads.
unmatched as (

    {% for table, lead_id in lead_references().items() -%}
    select
        '{{ table }}' as input_table,
        count(*) as count_unmatched,
    from {{ ref('stg_' ~ table) }} as facts
    where
        {{ lead_id }} is not null
        and {{ lead_id }} not in (select leads.lead_id from {{ ref('stg_leads') }} as leads)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

tables as (

    {% for table in input_tables() -%}
    select '{{ table }}' as input_table
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (

    select
        tables.input_table,
        coalesce(counted.count_rows_in, 0) as count_rows_in,
        coalesce(counted.count_used, 0) as count_used,
        coalesce(counted.count_exact_duplicates, 0) as count_exact_duplicates,
        coalesce(counted.count_rejected, 0) as count_rejected,
        coalesce(counted.count_not_yet_known, 0) as count_not_yet_known,
        unmatched.count_unmatched,
    from tables
    left join counted
        on tables.input_table = counted.input_table
    left join unmatched
        on tables.input_table = unmatched.input_table

)

select * from final
