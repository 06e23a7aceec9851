{#
    Whether an id is that of a forgotten person, an SQL expression. kind: lead or visitor. The salt is that of `forgotten`,
    since person_hash() would look it up for each use.
#}
{% macro is_suppressed(kind, id) -%}
coalesce(sha256(forgotten.salt || ' {{ kind }} ' || {{ id }}) in (
    select suppressions.person_hash from {{ operations_schema() }}.suppressions as suppressions
    where suppressions.kind = '{{ kind }}'
), false)
{%- endmacro %}
