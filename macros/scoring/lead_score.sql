{#-
    The answer of a model to a lead's features, as struct(margin double, probability double); probability is null for
    a model that gives none.

    models_relation: relation with the columns of lead_models; ref('lead_models').
    model_version: SQL expression of the version that is to answer.
    features: SQL expression of a struct with a field per feature, or the alias of a table whose rows are such structs.
-#}
{% macro lead_score(models_relation, model_version, features) %}
    {%- if models_relation is string or models_relation.identifier is not defined -%}
        {%- do exceptions.raise_compiler_error(
            "lead_score takes as models_relation a relation, such as ref('lead_models'); it was given "
            ~ models_relation ~ "."
        ) -%}
    {%- endif -%}
    {%- for name, value in [('model_version', model_version), ('features', features)] -%}
        {%- if value is not string or not value | trim -%}
            {%- do exceptions.raise_compiler_error(
                "lead_score takes as " ~ name ~ " an SQL expression; it was given " ~ value ~ "."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(adapter.dispatch('lead_score', 'leadhouse')(models_relation, model_version, features)) -}}
{% endmacro %}

{% macro duckdb__lead_score(models_relation, model_version, features) -%}
    leadhouse_lead_score('{{ models_relation | string | replace("'", "''") }}', {{ model_version }}, {{ features }})
{%- endmacro %}
