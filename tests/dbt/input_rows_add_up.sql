-- Nothing is lost: the rows of each input table, counted where they lie, are all accounted for.
with

rows_in as (

    select
        input_table,
        count_rows as count_rows_in
    from {{ source('forgotten', 'rows_handed_over') }}

),

accounted as (

    select
        input_table,
        count_used + count_exact_duplicates + count_rejected + count_not_yet_known
        + count_forgotten as count_rows
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
