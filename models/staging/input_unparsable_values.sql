with

run_context as (

    select * from {{ ref('run_context') }}

),

failures as (

    {% for table in input_tables() %}
    select
        '{{ table }}' as input_table,
        unnest(base.unparsable_values) as failure
    from {{ ref('base_' ~ table) }} as base
    cross join run_context
    where
        base.reject_reason is null
        and not base.is_exact_duplicate
        and (base.known_at is null or base.known_at <= run_context.as_of)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        failures.input_table,
        failures.failure.column_name,
        count(*) as count_values,
        min(failures.failure.value_text) as example_value
    from failures
    group by failures.input_table, failures.failure.column_name

)

select * from final
