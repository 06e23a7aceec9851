{#
    Why the standing table of this model cannot be added to, in words; '' where it can, or where there is none.

    Every row bears the edition of its table: what the table is made by, and the editions of the tables that it is
    made of. So a changed definition is seen, and so is a table above that was made anew, be it in a run that died
    thereafter. A table that is made of files alone (made_of: []) does not stand where a file that was read does not.
    One that lies in order (lies_in_order) is put in order again once a fifth of it was added behind; a small one is
    read as fast without.
-#}
{% macro reason_to_rebuild() %}
    {%- set standing = adapter.get_relation(this.database, this.schema, this.identifier) -%}
    {%- if not standing or standing.type != 'table' -%}
        {%- do return('') -%}
    {%- endif -%}
    {%- if 'edition' not in adapter.get_columns_in_relation(standing) | map(attribute='name') -%}
        {%- do return('an earlier release made it') -%}
    {%- endif -%}
    {%- set faults = {
        "not starts_with(edition, '" ~ definition_hash() ~ "')": "'its definition has changed'",
        '(select max(built_at) from ' ~ standing ~ ') > ' ~ build_started_at(): "'the clock was set back'",
    } -%}
    {%- if model.config.meta.made_of -%}
        {%- do faults.update({'edition is distinct from ' ~ edition(): "'what it is made of was made anew'"}) -%}
    {%- elif model.config.meta.get('reads_files') -%}
        {%- set reason = '(select max(reason) from ' ~ raw_views_schema() ~ '.events_reread)' -%}
        {%- do faults.update({reason ~ ' is not null': reason}) -%}
    {%- endif -%}
    {%- if model.config.meta.lies_in_order -%}
        {%- set added -%}
            (
                select count(*) from {{ standing }} as rows_of_table
                where rows_of_table.built_at > (select min(first.built_at) from {{ standing }} as first)
            )
        {%- endset -%}
        {%- set least = '(select greatest(count(*) / 5, 1000000) from ' ~ standing ~ ')' -%}
        {%- do faults.update({added ~ ' > ' ~ least: "'a fifth of it is out of order'"}) -%}
    {%- endif -%}
    {%- set cases -%}
        {%- for fault, reason in faults.items() %} when {{ fault }} then {{ reason }}{% endfor -%}
    {%- endset -%}
    {%- set answer = run_query('select case ' ~ cases ~ " else '' end as reason from " ~ standing ~ ' limit 1') -%}
    {%- do return(answer.rows[0][0] if answer.rows else '') -%}
{% endmacro %}
