{#
    Publishes the public tables once a build is over: all of them, and only if nothing in it failed and all were built in
    this run, but for those with the tag `training`, which a daily run leaves as they are: they are published as they
    stand. Where another part of the project was built, what was published before stays.

    results: of the run, as on-run-end has them.
#}
{% macro publish(results) %}
    {% if execute and flags.WHICH == 'build' and var('publish_to') != 'nowhere' and not flags.EMPTY %}
        {% set public = public_models() %}
        {% set built = results | selectattr('status', 'equalto', 'success')
            | map(attribute='node.unique_id') | list %}
        {% set failed = results | selectattr('status', 'in', ['error', 'fail', 'runtime error', 'partial success'])
            | list %}
        {% set missing = [] %}
        {% for model in public if model.unique_id not in built %}
            {% set standing = adapter.get_relation(model.database, model.schema, model.alias) %}
            {% if 'training' not in model.tags or not standing %}
                {% do missing.append(model.name) %}
            {% endif %}
        {% endfor %}
        {% if failed %}
            {% do log('Not published, for the run did not end well: what was published before stays.', info=true) %}
        {% elif not missing %}
            {% do publish_models(public) %}
        {% elif public | selectattr('unique_id', 'in', built) | list %}
            {% do log(
                'Not published, for this run did not build ' ~ missing | join(', ')
                ~ ': what was published before stays.', info=true
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}
