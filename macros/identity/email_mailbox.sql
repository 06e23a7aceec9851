{#- The name of a mailbox: what stands before the @ of an e-mail address, without a plus tag. -#}
{% macro email_mailbox(email) -%}
split_part(split_part({{ email }}, '@', 1), '+', 1)
{%- endmacro %}
