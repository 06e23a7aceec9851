{{ config(materialized='view') }}

with

final as (

    {{ used_and_known('qualification') }}

)

select * from final
