{#- A number in [0, 1) that depends on nothing but a text: the first 8 hexadecimal digits of its MD5. -#}
{% macro uniform_hash(text) -%}
    (cast('0x' || substr(md5({{ text }}), 1, 8) as bigint) / 4.294967296e9)
{%- endmacro %}
