{# One row: the hashes of forgotten people's e-mail addresses, and the salt that is in them; a relation. #}
{% macro forgotten_addresses() -%}
(
    select
        coalesce(list(person_hash) filter (where kind = 'email'), []) as addresses,
        (select suppression_salt.salt from {{ operations_schema() }}.suppression_salt as suppression_salt) as salt
    from {{ operations_schema() }}.suppressions
)
{%- endmacro %}
