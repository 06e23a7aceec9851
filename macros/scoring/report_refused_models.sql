{#
    Warns at the end of a run of models that are refused, where the run found that out. The warning is dbt's own, so
    --warn-error and warn_error_options hold.

    results: of the run, as on-run-end has them.
#}
{% macro report_refused_models(results) %}
    {% if execute %}
        {% for result in results if result.node.name == 'model_alerts' and result.status == 'success' %}
            {% set refused = run_query(
                'select scored_by_model_version, model_version, problem from ' ~ result.node.relation_name
                ~ ' order by is_passed_over desc, model_version'
            ).rows %}
            {% set lines = [] %}
            {% for scored_by, version, problem in refused %}
                {% do lines.append('- ' ~ version ~ ': ' ~ problem) %}
                {% if loop.last %}
                    {% do exceptions.warn(
                        '[WARNING] Models are refused, and ' ~ scored_by ~ ' scores (model_alerts):\n' ~ lines | join('\n')
                    ) %}
                {% endif %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{% endmacro %}
