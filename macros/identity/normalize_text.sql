{#- Text reduced to what people mean by "the same": lower case, no accents, words of letters and digits
    parted by one space, null when nothing is left. Letters of any script are kept. -#}
{% macro normalize_text(text) -%}
nullif(trim(regexp_replace(lower(strip_accents({{ text }})), '[^\p{L}\p{N}]+', ' ', 'g')), '')
{%- endmacro %}
