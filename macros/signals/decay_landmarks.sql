{# The landmarks of all decays in this run, one text: what stands as forward weights holds as long as it is the same. #}
{% macro decay_landmarks() -%}
    (
        select concat_ws(' '
            {%- for measure in measures() if measure.kind == 'decay' %}, {{ decay_landmark('context.as_of', measure.days) }}
            {%- endfor %})
        from {{ ref('run_context') }} as context
    )
{%- endmacro %}
