{# The rows of an input table that can be used and were known at the moment as of which the build computes. #}
{% macro used_and_known(table) %}
    select * exclude (reject_reason, is_exact_duplicate, unparsable_values, source_file, row_text)
    from {{ ref('base_' ~ table) }}
    where
        reject_reason is null
        and not is_exact_duplicate
        and (known_at is null or known_at <= (select as_of from {{ ref('run_context') }}))
{% endmacro %}
