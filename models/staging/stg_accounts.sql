{{ config(materialized='view') }}

with

final as (

    {{ used_and_known('accounts') }}

)

select * from final
