{#
    Publishes the public tables once a build is over: all of them, and only if all were built in this run and nothing
    in it failed. Where a part of the project was built, what was published before stays.

    results: of the run, as on-run-end has them.
#}
{% macro publish(results) %}
    {% if execute and flags.WHICH == 'build' and var('publish_to') != 'nowhere' and not flags.EMPTY %}
        {% set public = public_models() %}
        {% set built = results | selectattr('status', 'equalto', 'success')
            | map(attribute='node.unique_id') | list %}
        {% set failed = results | selectattr('status', 'in', ['error', 'fail', 'runtime error', 'partial success'])
            | list %}
        {% set missing = public | rejectattr('unique_id', 'in', built) | map(attribute='name') | list %}
        {% if failed %}
            {% do log('Not published, for the run did not end well: what was published before stays.', info=true) %}
        {% elif not missing %}
            {% do publish_parquet(public) %}
        {% elif missing | length < public | length %}
            {% do log(
                'Not published, for this run did not build ' ~ missing | join(', ')
                ~ ': what was published before stays.', info=true
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}
