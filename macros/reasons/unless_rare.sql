{#- A word of a category, or `rare` in place of one that few leads bear. usual: list of name=word, those of many. -#}
{% macro unless_rare(name, word, usual) -%}
case
    when {{ word }} is null then null
    when list_contains({{ usual }}, {{ name }} || '=' || {{ word }}) then {{ word }}
    else 'rare'
end
{%- endmacro %}
