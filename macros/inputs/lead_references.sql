{# For each input table that speaks of leads, the expression that gives the lead's id. #}
{% macro lead_references() %}
    {%- do return({
        'events': 'facts.lead_id',
        'identities': 'facts.lead_id',
        'outcomes': 'facts.lead_id',
        'touches': 'facts.lead_id',
        'feedback': 'facts.lead_id',
        'qualification': 'facts.lead_id',
        'notes': 'facts.lead_id',
        'attribute_changes': "case when facts.entity = 'lead' then facts.entity_id end",
    }) -%}
{% endmacro %}
