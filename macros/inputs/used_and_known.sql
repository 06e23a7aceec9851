{#
    The rows of an input table that can be used and were known at the moment as of which the build computes:
    the columns of the contract, and known_at. replaced: for a column, the expression to give in its place.
    left_out: columns that are for the base model alone. rows: a relation of rows of the base model, if not all.
#}
{% macro used_and_known(table, replaced={}, left_out=[], rows=none) %}
select
    * exclude ({{ (['reject_reason', 'is_exact_duplicate', 'unparsable_values', 'source_file', 'row_text'] + left_out) | join(', ') }})
    {%- if replaced %}
    replace (
        {%- for column, expression in replaced.items() %}
        {{ expression }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
    {%- endif %}
from {{ rows or ref('base_' ~ table) }}
where
    reject_reason is null
    and not is_exact_duplicate
    and (known_at is null or known_at <= (select run_context.as_of from {{ ref('run_context') }} as run_context))
{% endmacro %}
