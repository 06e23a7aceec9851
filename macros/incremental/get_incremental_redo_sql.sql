{#
    The incremental strategy redo: a row given takes the place of the standing one of its key; one without a built_at
    only takes it away.
-#}
{% macro get_incremental_redo_sql(arg_dict) %}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set given = arg_dict['temp_relation'] -%}
    {%- set keys = [arg_dict['unique_key']] if arg_dict['unique_key'] is string else arg_dict['unique_key'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}

    delete from {{ target }} as standing
    using {{ given }} as given
    where {% for key in keys %}standing.{{ key }} = given.{{ key }}{{ ' and ' if not loop.last }}{% endfor %};

    insert into {{ target }} ({{ columns }})
    select {{ columns }}
    from {{ given }}
    where built_at is not null
{% endmacro %}
