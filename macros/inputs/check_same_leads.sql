{#
    Stops a build of other people's leads in a warehouse that already holds a history and models of its own: they
    would be mixed with it, and scored by a model that never saw their like.
#}
{% macro check_same_leads() %}
    {% if execute and flags.WHICH in ('run', 'build') %}
        {% set built_before = run_query(
            "select 1 from information_schema.tables"
            ~ " where table_schema = '" ~ target.schema ~ "' and table_name = 'base_leads'"
        ) %}
        {% if built_before.rows | length > 0 %}
            {% set counts = run_query(
                "select count(distinct lead_id), count(*) filter (where lead_id in (select lead_id from "
                ~ raw_views_schema() ~ ".leads)) from " ~ target.schema ~ ".base_leads"
            ).rows[0] %}
            {% if counts[0] > 0 and counts[1] == 0 %}
                {% do stop_run(
                    'None of the ' ~ counts[0] ~ ' leads that ' ~ target.path ~ ' was built from is among the leads'
                    ~ ' handed over now. To keep two worlds apart, name another file in the environment variable'
                    ~ ' LEADHOUSE_DATABASE; to begin anew in this one, delete it.'
                ) %}
            {% endif %}
        {% endif %}
    {% endif %}
{% endmacro %}
