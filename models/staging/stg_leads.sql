{{ config(materialized='view') }}

with

final as (

    {{ used_and_known('leads') }}

)

select * from final
