{#- The address under which a mailbox is the same however it is written: without a plus tag, for Gmail without
    dots and under one domain. Expects lower case; null when no mailbox is left. -#}
{% macro normalize_email(email) -%}
{%- set mailbox = email_mailbox(email) -%}
{%- set domain = "split_part(" ~ email ~ ", '@', 2)" -%}
case
    when {{ domain }} in ('gmail.com', 'googlemail.com')
        then nullif(replace({{ mailbox }}, '.', ''), '') || '@gmail.com'
    else nullif({{ mailbox }}, '') || '@' || {{ domain }}
end
{%- endmacro %}
