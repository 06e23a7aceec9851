{#-
    Which signals of the ledger a topic sums up, as an SQL list of {topic, signal, label}: each signal is its own
    topic or that which it names, and the positive ones are engagement, by their channel too.
-#}
{% macro signals_of_topics() -%}
    {%- set labels = topic_labels() -%}
    {%- set rows = [] -%}
    {%- for signal in ledger_signals() -%}
        {%- do rows.append((signal.topic or signal.name, signal)) -%}
    {%- endfor -%}
    {%- for signal in signals() | selectattr("sign", "equalto", "positive") -%}
        {%- do rows.append(("engagement", signal)) -%}
        {%- do rows.append((signal.channel ~ "_engagement", signal)) -%}
    {%- endfor -%}
    [
        {%- for topic, signal in rows %}
        {
            'topic': '{{ topic }}',
            'signal': '{{ signal.name }}',
            'label': '{{ dbt.escape_single_quotes(labels[signal.name]) }}'
        }{{ "," if not loop.last }}
        {%- endfor %}
    ]
{%- endmacro %}
