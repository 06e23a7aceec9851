{#-
    Why a stored model is refused, as a sentence; null if it is what was trained and can score.

    models_relation: relation with the columns of lead_models; ref('lead_models').
    model_version: SQL expression of its version.
-#}
{% macro model_fault(models_relation, model_version) %}
    {%- if models_relation is string or models_relation.identifier is not defined -%}
        {%- do exceptions.raise_compiler_error(
            "model_fault takes as models_relation a relation, such as ref('lead_models'); it was given "
            ~ models_relation ~ "."
        ) -%}
    {%- endif -%}
    {{- return(adapter.dispatch('model_fault', 'leadhouse')(models_relation, model_version)) -}}
{% endmacro %}

{% macro duckdb__model_fault(models_relation, model_version) -%}
    leadhouse_model_fault('{{ models_relation | string | replace("'", "''") }}', {{ model_version }})
{%- endmacro %}
