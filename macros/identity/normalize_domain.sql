{#- The bare domain of a web address, an e-mail address or a domain (`https://www.Acme.com/about` gives
    `acme.com`); null when what remains is no domain. -#}
{% macro normalize_domain(address) -%}
nullif(regexp_extract(
    lower(trim({{ address }})),
    '^(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@]*@)?(?:www\.)?((?:[\p{L}\p{N}_-]+\.)+(?:\p{L}{2,}|xn--[a-z0-9-]+))\.?(?:[:/?#].*)?$',
    1
), '')
{%- endmacro %}
