{# The category features whose words are what somebody has typed; those of the others are from closed lists. #}
{% macro free_words() %}
    {{ return(['account_funding_stage', 'campaign', 'qualification_authority', 'qualification_need']) }}
{% endmacro %}
