{#-
    How many days back the moments to learn from reach. auto: a year, or four horizons where that is longer (of a
    long horizon, a year's labels are hardly known), within what the half-lives can carry (see decay_landmark).
-#}
{% macro training_history_days() %}
    {%- set days = var("training_history_days") -%}
    {%- if days == "auto" -%}
        {%- set wanted = [365, 4 * var("label_horizon_days")] | max -%}
        {%- set days = [wanted, 500 * var("half_lives_days") | min] | min -%}
    {%- endif -%}
    {{- return(days) -}}
{% endmacro %}
