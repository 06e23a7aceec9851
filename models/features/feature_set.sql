-- noqa: disable=LT02
{# What a model reads: it must be trained anew when a feature's name, type or definition changes. -#}
{%- set definitions = [] -%}
{%- for feature in feature_definitions() -%}
    {%- do definitions.append(feature.name ~ " " ~ feature.type ~ " " ~ feature.sql) -%}
{%- endfor -%}
{%- do definitions.append(signals() | string ~ var("windows_days") ~ var("half_lives_days")) -%}
with own_columns as (

    select coalesce(string_agg(attribute || ' ' || type, ', ' order by attribute), '') as columns
    from {{ ref('int_x_attributes') }}

)

select substr(md5('{{ local_md5(definitions | join("\n")) }}' || columns), 1, 8) as feature_set_version
from own_columns
