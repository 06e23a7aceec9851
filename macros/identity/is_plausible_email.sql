{#- Whether a trimmed, lower-case text has the form of a deliverable e-mail address; null for null. -#}
{% macro is_plausible_email(email) -%}
regexp_full_match(
    {{ email }},
    '[^@\s<>(),;:"\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:\p{L}{2,}|xn--[a-z0-9-]+)'
)
{%- endmacro %}
