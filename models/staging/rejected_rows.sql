with

run_context as (

    select * from {{ ref('run_context') }}

),

rejected as (

    {% for table in input_tables() %}
    select
        '{{ table }}' as input_table,
        source_file,
        reject_reason as reason,
        row_text,
        known_at
    from {{ ref('base_' ~ table) }}
    where reject_reason is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        rejected.input_table,
        rejected.source_file,
        rejected.reason,
        leadhouse_redacted_row(rejected.input_table, rejected.row_text) as row_text,
        run_context.as_of as rejected_at
    from rejected
    cross join run_context
    where rejected.known_at is null or rejected.known_at <= run_context.as_of

)

select * from final
