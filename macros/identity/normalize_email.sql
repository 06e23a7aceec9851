{#- The address under which a mailbox is the same however it is written: lower case, without a plus tag,
    and for Gmail without dots and under one domain. Expects an address that is already trimmed, lower
    case and plausible; null when no mailbox name is left. -#}
{% macro normalize_email(email) -%}
{%- set mailbox = "split_part(split_part(" ~ email ~ ", '@', 1), '+', 1)" -%}
{%- set domain = "split_part(" ~ email ~ ", '@', 2)" -%}
case
    when {{ mailbox }} = '' then null
    when {{ domain }} in ('gmail.com', 'googlemail.com')
        then nullif(replace({{ mailbox }}, '.', ''), '') || '@gmail.com'
    else {{ mailbox }} || '@' || {{ domain }}
end
{%- endmacro %}
