{#
    Whether a row of an input table is a forgotten person's, an SQL expression over `facts`, the row, and `forgotten`,
    the one row of forgotten_addresses(): one that names her, that is of her device and names nobody, or in which her
    e-mail address stands, be it in a text or in a URL.
#}
{% macro is_forgotten(table) -%}
{%- set columns = {'leads': 'facts.lead_id'} -%}
{%- do columns.update(lead_references()) -%}
{#- The whole row as text is dear to make of each event. -#}
{%- set texts = 'facts.row_text' if table != 'events' else
    "concat_ws(' ', facts.url, facts.topic, facts.properties, facts.session_id, facts.event_type, cast(facts.unparsable_values as varchar))" -%}
(
    {%- if table in columns %}
    {{ is_suppressed('lead', columns[table]) }}
    or
    {%- endif %}
    {%- if table == 'leads' %}
    {{ is_suppressed('email', operations_schema() ~ '.person_email(facts.email)') }}
    or
    {%- endif %}
    {%- if table in ('events', 'identities') %}
    {{ is_suppressed('visitor', "case when '" ~ table ~ "' = 'identities' or facts.lead_id is null then facts.anonymous_id end") }}
    or
    {%- endif %}
    case
        when contains({{ texts }}, '@') or contains({{ texts }}, '%40')
            then list_has_any(
                list_transform(
                    regexp_extract_all(
                        lower(url_decode({{ texts }})), '[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.[\p{L}]{2,}'
                    ),
                    lambda address: sha256(
                        forgotten.salt || ' email ' || {{ operations_schema() }}.person_email(address)
                    )
                ),
                forgotten.addresses
            )
        else false
    end
)
{%- endmacro %}
