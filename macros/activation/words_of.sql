{#- The words of a sentence, numbers left out: a sentence says something else when they differ. -#}
{% macro words_of(sentence) -%}
translate({{ sentence }}, '0123456789.,', '')
{%- endmacro %}
