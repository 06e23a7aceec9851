{#
    An input table with the e-mail addresses that stand in each row, be it in a text or in a URL, in one form for one
    mailbox: `addresses_in_row`. A relation.
#}
{% macro with_addresses(table, relation) -%}
{#- The whole row as text is dear to make of each event. -#}
{%- set texts = 'row_text' if table != 'events' else
    "concat_ws(' ', url, topic, properties, session_id, event_type, cast(unparsable_values as varchar))" -%}
(
    select
        *,
        case
            when contains({{ texts }}, '@') or contains({{ texts }}, '%40')
                then list_transform(
                    regexp_extract_all(
                        -- (Bytes that are not UTF-8, as in Ren%E9, cannot be decoded: then without them.)
                        lower(coalesce(
                            try(url_decode({{ texts }})),
                            url_decode(regexp_replace({{ texts }}, '%[89A-Fa-f][0-9A-Fa-f]', ' ', 'g'))
                        )),
                        '[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.[\p{L}]{2,}'
                    ),
                    lambda address: {{ normalize_email('address') }}
                )
            else []
        end
        {%- if table == 'leads' %}
        -- (Of some spellings no pattern can be sure within a text.)
        || [{{ operations_schema() }}.person_email(email)]
        {%- endif %} as addresses_in_row
    from {{ relation }}
)
{%- endmacro %}
