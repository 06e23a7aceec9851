{{ config(materialized='view') }}

with

final as (

    {{ used_and_known('notes') }}

)

select * from final
