{#- The topics of the features that events move, each once, in the order of the catalogue. -#}
{% macro event_topics() %}
    {{- return(
        feature_definitions() | selectattr("source", "equalto", "events") | map(attribute="topic") | unique | list
    ) -}}
{% endmacro %}
