{# Where to publish, and what stays there, as the library is told it. #}
{% macro publish_target() %}
    {{ return({
        'publish_to': var('publish_to'),
        'folder': var('publish_folder') or publish_folder_beside(target.path),
        'schema': var('publish_schema'),
        'keep': var('publish_keep'),
    }) }}
{% endmacro %}
