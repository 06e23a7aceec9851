{#- A measure in words, to end a description with. -#}
{% macro measure_phrase(measure) -%}
    {{- return({
        "window": "counted over the last " ~ measure.days ~ (" day" if measure.days == 1 else " days"),
        "decay": "halved with every " ~ measure.days ~ " days of age",
        "recency": "days since the last one",
        "total": "summed from the beginning",
    }[measure.kind]) -}}
{%- endmacro %}
