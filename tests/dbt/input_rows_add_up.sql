-- Nothing is lost: the rows of each input table, counted where they lie, are all accounted for.
with

rows_in as (

    {% for table in input_tables() %}
    select
        '{{ table }}' as input_table,
        count(*) as count_rows_in
    from {{ source('raw', table) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

accounted as (

    select
        input_table,
        count_used + count_exact_duplicates + count_rejected + count_not_yet_known as count_rows
    from {{ ref('input_row_counts') }}

)

select
    rows_in.input_table,
    rows_in.count_rows_in,
    accounted.count_rows
from rows_in
full outer join accounted
    on rows_in.input_table = accounted.input_table
where coalesce(rows_in.count_rows_in, 0) != coalesce(accounted.count_rows, 0)
