{#
    Notes that a run has written all that compares it with the run before. One that dies earlier is not noted: the next
    compares with the run before that, so that what a crash cut off is made good and nothing is told twice.

    results: of the run, as on-run-end has them.
#}
{% macro note_finished_run(results) %}
    {% if execute and flags.WHICH in ('run', 'build') and not flags.EMPTY %}
        {% set written = results | selectattr('status', 'equalto', 'success') | map(attribute='node.name') | list %}
        {% set missing = ['int_told_runs', 'lead_score_changes', 'lead_score_change_signals', 'lead_alerts']
            | reject('in', written) | list %}
        {% if not missing %}
            {% set runs = operations_schema() ~ '.finished_runs' %}
            insert into {{ runs }}
            select as_of from {{ target.schema }}.run_context
            where as_of > coalesce((select max(as_of) from {{ runs }}), timestamp '-infinity');
        {% endif %}
    {% endif %}
{% endmacro %}
