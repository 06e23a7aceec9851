{#
    Judges each row of a raw view: can it be used, and if not, why not?

    raw: the relation. key: the columns that name a row. required: columns that may not be empty.
    times: columns that say when something happened or was known; they must be readable and plausible.
    known_at: when the row could first be known, an expression; null is "always".
    allowed: for a column, the values that it may have. rules: further [condition that breaks it, reason].

    lineage: columns of the relation, beside source_file and row_text, that say nothing of what the row says.

    Gives the columns of the raw view, known_at, reject_reason (null: the row can be used) and
    is_exact_duplicate; row_text is computed for rejected rows only.

    Of several rows with one key the first known is used, whatever comes to light later. Rows equal in all
    columns are duplicates, the others are rejected. Ties fall to the contents, never to the order of files.
#}
{% macro judge_rows(raw, key, required, times, known_at, allowed={}, rules=[], lineage=[]) %}
    {%- set key_columns = key | join(', ') -%}
    {%- set beside = (['source_file', 'row_text', 'breach'] + lineage) | join(', ') -%}
    {%- set contents = 'row(*columns(* exclude (' ~ beside ~ ')))' -%}
    {%- set earliest = "timestamp '1970-01-01'" -%}
    {%- set latest = '(' ~ build_started_at() ~ ' + interval 1 day)' -%}

with

checked as not materialized (

    select
        columns(lambda name: name != 'known_at'),
        -- A row that claims to be known at an impossible time is shown in every build.
        case when {{ known_at }} between {{ earliest }} and {{ latest }} then {{ known_at }} end as known_at,
        case
            {%- for column in times %}
            when list_contains([failure.column_name for failure in unparsable_values], '{{ column }}')
                then '{{ column }} cannot be read as a time: write 2025-03-31 18:00:00, in UTC or with an offset'
            {%- endfor %}
            {%- for column in required %}
            when {{ column }} is null
                then '{{ column }} is missing'
            {%- endfor %}
            {%- for column in times %}
            when {{ column }} < {{ earliest }}
                then '{{ column }} is before 1970'
            when {{ column }} > {{ latest }}
                then '{{ column }} is in the future'
            {%- endfor %}
            {%- for column, values in allowed.items() %}
            when {{ column }} not in ('{{ values | join("', '") }}')
                then '{{ column }} is none of {{ values | join(", ") }}'
            {%- endfor %}
            {%- for condition, reason in rules %}
            when {{ condition }}
                then '{{ reason }}'
            {%- endfor %}
        end as breach
    from {{ raw }}

),

-- Few keys come twice. Only their rows are sorted; all others stream past.
repeated_keys as (

    select hash({{ key_columns }}) as key_hash
    from checked
    where breach is null
    group by key_hash
    having count(*) > 1

),

single_rows as (

    select
        * exclude (breach, row_text),
        breach as reject_reason,
        false as is_exact_duplicate,
        case when breach is not null then row_text end as row_text
    from checked
    where
        breach is not null
        or hash({{ key_columns }}) not in (select key_hash from repeated_keys)

),

ranked_rows as (

    select
        *,
        dense_rank() over (
            partition by {{ key_columns }}
            order by known_at nulls first, {{ contents }}
        ) as place_of_contents,
        row_number() over (
            partition by {{ key_columns }}, {{ contents }}
            order by source_file
        ) as place_of_copy
    from checked
    where
        breach is null
        and hash({{ key_columns }}) in (select key_hash from repeated_keys)

),

repeated_rows as (

    select
        * exclude (breach, row_text, place_of_contents, place_of_copy),
        case
            when place_of_copy = 1 and place_of_contents > 1
                then 'an earlier row has the same key ({{ key_columns }}) and other contents'
        end as reject_reason,
        place_of_copy > 1 as is_exact_duplicate,
        case when place_of_copy = 1 and place_of_contents > 1 then row_text end as row_text
    from ranked_rows

)

select * from single_rows
union all
select * from repeated_rows
{% endmacro %}
