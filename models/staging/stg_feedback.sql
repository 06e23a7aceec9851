{{ config(materialized='view') }}

with

final as (

    {{ used_and_known('feedback') }}

)

select * from final
