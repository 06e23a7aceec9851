{{ config(materialized='view') }}

with

final as (

    {{ used_and_known('touches') }}

)

select * from final
