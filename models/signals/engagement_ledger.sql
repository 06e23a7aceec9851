{{ config(materialized='view') }}

select * exclude (source, source_number, built_at, edition) from {{ ref('int_engagement_entries') }}
union all by name
select * from {{ ref('int_sales_entries') }}
