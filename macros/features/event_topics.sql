{#-
    The topics of the features that events move, each once: single signals first, then what sums them up (engagement,
    channels, active days, the funnel), so that a visit to the pricing page is told as one.
-#}
{% macro event_topics() %}
    {%- set topics = (
        feature_definitions() | selectattr("source", "equalto", "events") | map(attribute="topic") | unique | list
    ) -%}
    {%- set single = signals() | map(attribute="name") | list -%}
    {{- return((topics | select("in", single) | list) + (topics | reject("in", single) | list)) -}}
{% endmacro %}
