{#
    The rows of an input table that are not a forgotten person's, a select. An event of her device that names another lead
    is that lead's, but the device is left out of it.

    relation: the rows handed over. is_needed: whether anyone was forgotten.
#}
{% macro without_forgotten(table, relation, is_needed) -%}
{%- if not is_needed -%}
select * from {{ relation }}
{%- else -%}
select facts.* exclude (addresses_in_row)
{%- if table == 'events' %} replace (
    case when not {{ is_suppressed('visitor', 'facts.anonymous_id') }} then facts.anonymous_id end as anonymous_id,
    case
        when {{ is_suppressed('visitor', 'facts.anonymous_id') }}
            then replace(facts.row_text, facts.anonymous_id, '')
        else facts.row_text
    end as row_text
)
{%- endif %}
from {{ with_addresses(table, relation) }} as facts
cross join {{ forgotten_addresses() }} as forgotten
where not {{ is_forgotten(table) }}
{%- endif -%}
{%- endmacro %}
