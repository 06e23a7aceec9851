{#-
    An end of Wilson's 95% interval (1927) of a rate.

    side: low or high. rate: SQL expression of the observed rate. trials: of the number of independent trials that it
    rests on; need not be whole, see effective_count.
-#}
{% macro wilson_bound(side, rate, trials) -%}
    {%- if side not in ["low", "high"] -%}
        {%- do exceptions.raise_compiler_error("wilson_bound takes as side low or high; it was given " ~ side ~ ".") -%}
    {%- endif -%}
    {%- set z = z_95() -%}
    (
        ({{ rate }}) + {{ z }} * {{ z }} / (2 * ({{ trials }}))
        {{ "-" if side == "low" else "+" }} {{ z }} * sqrt(
            (({{ rate }}) * (1 - ({{ rate }})) + {{ z }} * {{ z }} / (4 * ({{ trials }}))) / ({{ trials }})
        )
    ) / (1 + {{ z }} * {{ z }} / ({{ trials }}))
{%- endmacro %}
