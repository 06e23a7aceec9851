{# What this model's rows are made by: its file, and what its meta names as the rest of its definition. #}
{% macro definition_hash() -%}
    {{ local_md5(model.raw_code ~ tojson(model.config.meta.get('defined_by', {}))) }}
{%- endmacro %}
