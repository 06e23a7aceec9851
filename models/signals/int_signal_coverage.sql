select
    signal,
    min(known_at) as first_known_at
from {{ ref('engagement_ledger') }}
group by signal
