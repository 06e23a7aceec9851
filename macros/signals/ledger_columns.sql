{#-
    The columns of entries of the ledger, from their lead_id, signal, weight, occurred_at and known_at: what every
    reader would compute again stands in them, a number in place of the signal's name and what decays weigh.

    as_of   SQL expression: the moment of the run, on which the decays' landmarks hang
-#}
{% macro ledger_columns(as_of) -%}
lead_id,
signal,
{{ signal_number('signal') }} as signal_number,

cast(weight as double) as weight,
{%- for measure in measures() if measure.kind == 'decay' %}
cast(weight as double) * {{ forward_weight(
    'occurred_at', decay_landmark(as_of, measure.days), measure.days
) }} as forward_{{ measure.column }},
{%- endfor %}

occurred_at,
known_at
{%- endmacro %}
