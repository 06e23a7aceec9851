{{ config(materialized='view') }}

with

final as (

    {{ used_and_known('outcomes') }}

)

select * from final
