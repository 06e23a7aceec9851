{#-
    The feature that a topic is told by: the leading one, but of a topic whose features only make sense together the
    one that sums them up. Null where the topic is told by what happened (int_topic_activity).
-#}
{% macro told_feature(topic, leading_feature) -%}
    case {{ topic }}
        when 'funnel' then 'funnel_stage_reached'
        when 'contact_completeness' then 'count_contact_fields'
        else {{ leading_feature }}
    end
{%- endmacro %}
