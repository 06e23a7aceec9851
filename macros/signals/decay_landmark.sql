{#-
    The landmark of a half-life for a run as of `as_of`: the last whole multiple of 512 half-lives since 1970.
    Weights then lie below 2^512 at the as_of and above 2^-1022 for every event less than 510 half-lives before it at
    the least, so that no sum overflows and none that could still be seen in a double is lost; the landmark moves on
    its own once in 512 half-lives.
-#}
{% macro decay_landmark(as_of, half_life_days) -%}
    {%- set epoch = "timestamp '1970-01-01'" -%}
    {%- set era_days = 512 * half_life_days -%}
    {{ days_after(epoch, "floor(" ~ days_between(epoch, as_of) ~ " / " ~ era_days ~ ") * " ~ era_days) }}
{%- endmacro %}
