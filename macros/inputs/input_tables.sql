{# The tables of the input contract. #}
{% macro input_tables() %}
    {%- do return([
        'leads',
        'accounts',
        'events',
        'identities',
        'outcomes',
        'touches',
        'feedback',
        'qualification',
        'notes',
        'attribute_changes',
    ]) -%}
{% endmacro %}
