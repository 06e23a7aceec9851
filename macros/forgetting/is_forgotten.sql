{#
    Whether a row of an input table is a forgotten person's, an SQL expression over `facts`, the row with_addresses(), and
    `forgotten`, the one row of forgotten_addresses(): one that names her, that is of her device and names nobody, or in
    which her e-mail address stands.
#}
{% macro is_forgotten(table) -%}
{%- set columns = {'leads': 'facts.lead_id'} -%}
{%- do columns.update(lead_references()) -%}
(
    {%- if table in columns %}
    {{ is_suppressed('lead', columns[table]) }}
    or
    {%- endif %}
    {%- if table == 'events' %}
    {{ is_suppressed('visitor', 'case when facts.lead_id is null then facts.anonymous_id end') }}
    or
    {%- elif table == 'identities' %}
    {{ is_suppressed('visitor', 'facts.anonymous_id') }}
    or
    {%- endif %}
    list_has_any(
        list_transform(
            facts.addresses_in_row, lambda address: sha256(forgotten.salt || ' email ' || address)
        ),
        forgotten.addresses
    )
)
{%- endmacro %}
