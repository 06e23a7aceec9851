{#- The score of a prediction as it is told, to one decimal; a decimal, so that differences add up exactly. -#}
{% macro shown_score(margin, probability) -%}
    cast(round(cast({{ exact_score(margin, probability) }} as double), 1) as decimal(5, 1))
{%- endmacro %}
