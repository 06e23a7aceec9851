{# What earlier builds found in their files: what leadhouse_input_plan remembers, so that a file is looked at once. #}
{% macro files_seen() %}
    {% if 'input_files' not in tables_of_schema(raw_views_schema()) %}
        {% do return([]) %}
    {% endif %}
    {% set answer = run_query(
        "select coalesce(cast(json_group_array(entry) as varchar), '[]') as entries from "
        ~ raw_views_schema() ~ '.input_files'
    ) %}
    {% do return(fromjson(answer.columns['entries'].values()[0])) %}
{% endmacro %}
