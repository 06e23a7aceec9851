{# Whether an id is that of a forgotten person, an SQL expression. kind: lead, visitor or email. #}
{% macro is_suppressed(kind, id) -%}
{%- set schema = operations_schema() -%}
coalesce({{ schema }}.person_hash('{{ kind }}', {{ id }}) in (
    select suppressions.person_hash from {{ schema }}.suppressions as suppressions
    where suppressions.kind = '{{ kind }}'
), false)
{%- endmacro %}
