{#
    A forgotten person whom the source sends again may bear another lead id, and be seen on another device: by her e-mail
    address she is known, and from then on by these as well. Statements, for the start of a run.
#}
{% macro suppress_who_came_again() %}
    {% set schema = operations_schema() %}
    {% for kind, id, known_kind, known_id, table in [
        ('lead', 'lead_id', 'email', schema ~ '.person_email(facts.email)', 'leads'),
        ('visitor', 'anonymous_id', 'lead', 'facts.lead_id', 'identities'),
    ] %}
        insert into {{ schema }}.suppressions
        select
            min(suppressions.erasure_id),
            '{{ kind }}',
            {{ schema }}.person_hash('{{ kind }}', facts.{{ id }}),
            {{ build_started_at() }}
        from {{ raw_views_schema() }}.handed_over_{{ table }} as facts
        inner join {{ schema }}.suppressions as suppressions
            on
                suppressions.kind = '{{ known_kind }}'
                and suppressions.person_hash = {{ schema }}.person_hash('{{ known_kind }}', {{ known_id }})
        where facts.{{ id }} is not null and {{ schema }}.person_hash('{{ kind }}', facts.{{ id }}) not in (
                select known.person_hash from {{ schema }}.suppressions as known where known.kind = '{{ kind }}'
            )
        {%- if kind == 'visitor' %}
            -- (A device that many share is nobody's.)
            and facts.anonymous_id in (
                select shared.anonymous_id
                from {{ raw_views_schema() }}.handed_over_identities as shared
                group by shared.anonymous_id
                having count(distinct shared.lead_id) <= {{ var('max_leads_per_visitor') }}
            )
        {%- endif %}
        group by facts.{{ id }};
    {% endfor %}
{% endmacro %}
