{#- The stages that a signal may show, in the order of the funnel. -#}
{% macro funnel_stages() %}
    {{- return(["awareness", "interest", "evaluation", "use"]) -}}
{% endmacro %}
