{#-
    Aggregate over rows by lead: the number of independent moments that would tell the conversion rate as well as these
    do, of which a lead has several. It is their count divided by the design effect of the rate (Kish 1965; with Wilson's
    interval, Korn and Graubard 1998): all moments where no lead has two, the leads where all moments of a lead are the
    same. Never more than the moments. Where all or none convert the design effect is unknown, and the leads are counted.

    moments, conversions: columns, a lead's whole number of each.
-#}
{% macro effective_count(moments, conversions) -%}
    {%- set n = "sum(" ~ moments ~ ")" -%}
    {%- set y = "sum(" ~ conversions ~ ")" -%}
    case
        when {{ y }} > 0 and {{ y }} < {{ n }}
            then least(
                {{ n }},
                {{ n }} * {{ n }} * {{ y }} * ({{ n }} - {{ y }})
                -- n squared times the squared deviations of the leads: whole numbers, so 0 where they are 0
                / nullif(
                    {{ n }} * {{ n }} * sum({{ conversions }} * {{ conversions }})
                    - 2 * {{ n }} * {{ y }} * sum({{ moments }} * {{ conversions }})
                    + {{ y }} * {{ y }} * sum({{ moments }} * {{ moments }}),
                    0
                )
            )
        else count(*)
    end
{%- endmacro %}
