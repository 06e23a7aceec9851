{#
    The edition of this model's table, an SQL expression: the hash of its definition and, of a table made of others,
    of their editions, and of the decays' landmarks if its rows hang on them; of one at the beginning, the run that
    made it.
-#}
{% macro edition() -%}
    {%- set made_of = model.config.meta.made_of -%}
    {%- if made_of -%}
        ('{{ definition_hash() }} ' || md5(concat_ws(' '
            {%- for name in made_of %}, (select parent.edition from {{ ref(name) }} as parent limit 1){% endfor %}
            {%- if model.config.meta.hangs_on_landmarks %}, {{ decay_landmarks() }}{% endif %})))
    {%- elif is_incremental() -%}
        coalesce((select standing.edition from {{ this }} as standing limit 1), '{{ definition_hash() }} {{ invocation_id }}')
    {%- else -%}
        '{{ definition_hash() }} {{ invocation_id }}'
    {%- endif -%}
{%- endmacro %}
