{#- Names of the declared signals whose `key` is `value`, as an SQL list of strings: ('a', 'b'). Never empty. -#}
{% macro signals_where(key, value) -%}
    {%- set names = signals() | selectattr(key, "equalto", value) | map(attribute="name") | list -%}
    ('{{ (names or [""]) | join("', '") }}')
{%- endmacro %}
