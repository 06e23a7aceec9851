{{ config(materialized='view') }}

with

final as (

    {{ used_and_known('identities') }}

)

select * from final
