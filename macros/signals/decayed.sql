{#- The value at `moment` of a sum of forward weights: the sum times 2^(-(moment - landmark) / half-life). -#}
{% macro decayed(forward_sum, moment, landmark, half_life_days) -%}
    ({{ forward_sum }} * exp({{ days_between(moment, landmark) }} * {{ "%.17e" | format(0.6931471805599453 / half_life_days) }}))
{%- endmacro %}
