{#- A category in words: financial_services is financial services; two letters (vp, it) are an abbreviation. -#}
{% macro category_words(category) -%}
    case when length({{ category }}) = 2 then upper({{ category }}) else replace({{ category }}, '_', ' ') end
{%- endmacro %}
