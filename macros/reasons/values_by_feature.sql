{#-
    Query: the values of rows in the long form, each in its bin: one row per row and feature, with the row's other columns.

    moments    CTE: numbers and categories as in int_feature_values, and the columns that are carried along
    positions  CTE: rows of int_feature_positions, those of the features that are wanted
    bins       CTE: int_feature_bins
    columns    names of the columns to carry along
-#}
{% macro values_by_feature(moments, positions, bins, columns) -%}
    select
        {%- for column in columns %}
        long_form.{{ column }},
        {%- endfor %}
        positions.feature_name,
        {{ bin_of("long_form.category", "long_form.number", "bins.bounds") }} as bin

    from (
        {%- for type in ["number", "category"] %}
        select
            {%- for column in columns %}
            {{ moments }}.{{ column }},
            {%- endfor %}
            '{{ type }}' as feature_type,
            unnest(wanted.positions) as position,
            {%- if type == "number" %}
            unnest(list_select({{ moments }}.numbers, wanted.positions)) as number,
            cast(null as varchar) as category
            {%- else %}
            cast(null as float) as number,
            unnest(list_select({{ moments }}.categories, wanted.positions)) as category
            {%- endif %}
        from {{ moments }}
        cross join (
            select list(position order by position) as positions
            from {{ positions }}
            where feature_type = '{{ type }}'
        ) as wanted
        {{ "union all" if not loop.last }}
        {%- endfor %}
    ) as long_form
    inner join {{ positions }} as positions
        on long_form.feature_type = positions.feature_type and long_form.position = positions.position
    left join {{ bins }} as bins on positions.feature_name = bins.feature_name
{%- endmacro %}
