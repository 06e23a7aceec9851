{#-
    What an event at `occurred_at` adds to its signal's sum: 2^((occurred_at - landmark) / half-life).
    Forward decay: Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009, section III. The weight never changes when
    time passes; `decayed` divides by the landmark's distance when the sum is read.
-#}
{% macro forward_weight(occurred_at, landmark, half_life_days) -%}
    exp({{ days_between(landmark, occurred_at) }} * {{ "%.17e" | format(0.6931471805599453 / half_life_days) }})
{%- endmacro %}
