{#-
    Materialization: a table made by one insert after another, where all rows at once would not fit in memory. The
    model reads the part that it is to give, from 0, from the session's variable `part`, until one is empty.
-#}
{% materialization table_in_parts, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set intermediate = make_intermediate_relation(target) -%}
    {%- set standing = load_cached_relation(this) -%}
    {%- set backup = make_backup_relation(target, 'table') -%}
    {%- set state = namespace(has_more=true) -%}

    {{ drop_relation_if_exists(load_cached_relation(intermediate)) }}
    {{ drop_relation_if_exists(load_cached_relation(backup)) }}
    {{ run_hooks(pre_hooks) }}

    {% call statement('main') -%}
        {{ create_table_as(false, intermediate, sql ~ '\nlimit 0') }}
    {%- endcall %}
    {% for part in range(100000) if state.has_more %}
        {% do run_query('set variable part = ' ~ part) %}
        {% set state.has_more = run_query('insert into ' ~ intermediate ~ '\n' ~ sql).rows[0][0] > 0 %}
    {% endfor %}
    {% do run_query('reset variable part') %}

    {% if standing is not none %}
        {{ adapter.rename_relation(standing, backup) }}
    {% endif %}
    {{ adapter.rename_relation(intermediate, target) }}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ drop_relation_if_exists(load_cached_relation(backup)) }}

    {{ return({'relations': [target]}) }}
{% endmaterialization %}
