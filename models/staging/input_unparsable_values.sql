with

run_context as (

    select * from {{ ref('run_context') }}

),

failures as (

    {% for table in input_tables() -%}
    select
        '{{ table }}' as input_table,
        unnest(unparsable_values) as failure,
    from {{ ref('base_' ~ table) }}
    where
        reject_reason is null
        and not is_exact_duplicate
        and (known_at is null or known_at <= (select as_of from run_context))
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (

    select
        input_table,
        failure.column_name as column_name,
        count(*) as count_values,
        min(failure."text") as example_value,
    from failures
    group by input_table, column_name

)

select * from final
