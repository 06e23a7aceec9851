{#- An e-mail address in lower case and without blanks around it; null unless it has the form of one. -#}
{% macro plausible_email(email) -%}
nullif(regexp_extract(
    lower(trim({{ email }})),
    '^[^@\s<>(),;:"\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:\p{L}{2,}|xn--[a-z0-9-]+)$'
), '')
{%- endmacro %}
