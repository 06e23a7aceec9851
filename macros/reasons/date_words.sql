{#- A day as people write it, with the year only when it is not that of `as_of`: 19 November, 3 May 2024. -#}
{% macro date_words(moment, as_of) -%}
    (
        strftime({{ moment }}, '%-d %B')
        || case when year({{ moment }}) = year({{ as_of }}) then '' else strftime({{ moment }}, ' %Y') end
    )
{%- endmacro %}
