{#-
    An end of the 95% interval of an area or a share, normal on the logit scale: it stays between 0 and 1 and leans the
    right way near them. Null where the estimate is 0 or 1, whose logit is infinite.

    side: low or high. estimate, standard_error: SQL expressions.
-#}
{% macro logit_bound(side, estimate, standard_error) -%}
    {%- if side not in ["low", "high"] -%}
        {%- do exceptions.raise_compiler_error("logit_bound takes as side low or high; it was given " ~ side ~ ".") -%}
    {%- endif -%}
    case
        when ({{ estimate }}) > 0 and ({{ estimate }}) < 1
            then 1 / (1 + exp(
                -ln(({{ estimate }}) / (1 - ({{ estimate }})))
                {{ "+" if side == "low" else "-" }} {{ z_95() }}
                * ({{ standard_error }}) / (({{ estimate }}) * (1 - ({{ estimate }})))
            ))
    end
{%- endmacro %}
