{#-
    A template of the seed reason_templates with its blanks filled in. `[one|many]` is chosen by `count`; {name} is
    replaced by the expression given for it, and left as it is where that is null: a test looks for braces.

    placeholders  {name: SQL expression of a text}; filled in in this order, so that what a user wrote comes last
-#}
{% macro filled_template(template, count, placeholders) -%}
    {%- set filled = namespace(
        sql="regexp_replace(" ~ template ~ ", '\\[([^|\\]]*)\\|([^|\\]]*)\\]', case when " ~ count
            ~ " = 1 then '\\1' else '\\2' end, 'g')"
    ) -%}
    {%- for name, text in placeholders.items() -%}
        {%- set filled.sql = "replace(" ~ filled.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ text ~ ", '{" ~ name ~ "}'))" -%}
    {%- endfor -%}
    {{- filled.sql -}}
{%- endmacro %}
