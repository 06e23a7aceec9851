{{ config(materialized='view') }}

with

final as (

    {{ used_and_known('attribute_changes') }}

)

select * from final
