{#- The 97.5th percentile of the standard normal: half the width of a 95% interval, in standard errors. -#}
{% macro z_95() %}{{ return("1.959963984540054e0") }}{% endmacro %}
