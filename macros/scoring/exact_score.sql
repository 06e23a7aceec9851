{#- The score, 0 to 100 and not rounded: the probability, or the points where there is none. -#}
{% macro exact_score(margin, probability) -%}
    case when {{ probability }} is null then least(greatest({{ margin }}, 0), 100) else {{ probability }} * 100 end
{%- endmacro %}
