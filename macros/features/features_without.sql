{#-
    A select list of all features with those of one group unknown. The user's own columns count as fit; context is
    kept, since neither fit nor engagement is to blame for it.
-#}
{% macro features_without(group) -%}
    {%- set own_columns = [
        {"name": "x_numbers", "group": "fit", "sql_type": "map(varchar, float)"},
        {"name": "x_categories", "group": "fit", "sql_type": "map(varchar, varchar)"},
    ] -%}
    {%- for feature in feature_definitions() + own_columns %}
    {%- if feature.group == group %}
    {%- set sql_type = feature.sql_type or ("float" if feature.type == "number" else "varchar") %}
    cast(null as {{ sql_type }}) as {{ feature.name }}
    {%- else %}
    {{ feature.name }}
    {%- endif %}
    {{- "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
