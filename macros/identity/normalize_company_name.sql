{#- A company's name without its legal form, so that "ACME, Inc." and "Acme" agree. -#}
{% macro normalize_company_name(name) -%}
nullif(trim(regexp_replace(
    {{ normalize_text(name) }},
    '( (inc|incorporated|corp|corporation|co|company|llc|llp|lp|ltd|limited|plc|pty|gmbh|mbh|ag|kg|kgaa|se|sa|sas|sarl|srl|spa|bv|nv|oy|oyj|ab|as|asa|aps|pte|pvt|sl|sro|doo|kk))+$',
    ''
)), '')
{%- endmacro %}
