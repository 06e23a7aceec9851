{#- A number or a boolean as float32; null where it is not finite or too great for one. -#}
{% macro finite_float(expression) -%}
    case when abs(try_cast({{ expression }} as float)) <= 3.4028234e38 then try_cast({{ expression }} as float) end
{%- endmacro %}
