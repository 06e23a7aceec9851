{{ config(materialized='view') }}

{#- Clocks differ by some seconds: nothing happens after it is known. -#}
{{ used_and_known(
    'events',
    replaced={
        'occurred_at': 'least(occurred_at, received_at)',
        'received_at': 'coalesce(received_at, occurred_at)',
    },
    left_out=['file_stamp', 'arrived_at', 'built_at', 'edition'],
) }}
