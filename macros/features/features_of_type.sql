{#- The features of a type (number, category) in the order of the lists of int_feature_values. -#}
{% macro features_of_type(type) -%}
    {{- return(feature_definitions() | selectattr("type", "equalto", type) | map(attribute="name") | sort) -}}
{%- endmacro %}
