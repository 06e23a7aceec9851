"""Records that a lead has moved away from, which are emptied once it has been told elsewhere.

A lead whose address changed is told under the new one first: only its answer says whether that is
the same record. That the old one may have to be emptied is written ahead, as a request of its own
that comes right before the lead's in the log, so that it outlives a crash and leaves the lead's
state, its latest row, alone. It is called once the lead's answer is there and names no record or
another one, or can come no more, unless the old place is another lead's by now.
"""

import json

import duckdb

from leadhouse.syncing.calls import Request
from leadhouse.syncing.updates import Due

# For each lead and address what was sent there last, and the record that it is. Values that were
# refused have changed nothing; a refusal to be emptied is the last word on a record.
_PLACES = """
with sends as (
    select sends.*, answers.record_id, answers.status
    from main_operations.crm_sends as sends
    left join main_operations.crm_answers as answers
        on sends.request_id = answers.request_id and sends.lead_id = answers.lead_id
    where
        sends.destination = $destination
        and (sends.is_leaving or answers.status is distinct from 'refused')
),

places as (
    select
        lead_id,
        address,
        max(sent_at) as sent_at,
        arg_max(
            struct_pack(
                request_id := request_id,
                properties := properties,
                is_leaving := is_leaving,
                status := status
            ),
            sent_at
        ) as latest,
        arg_max(record_id, sent_at) filter (where record_id is not null) as record
    from sends
    group by lead_id, address
),

updates as (
    select lead_id, address, is_leaving, is_due
    from int_crm_updates
    where destination = $destination
)
"""

_LEAVABLE = f"""
{_PLACES}
select places.lead_id, places.address, places.latest.properties
from places
inner join updates on places.lead_id = updates.lead_id
left join places as present
    on updates.lead_id = present.lead_id and updates.address = present.address
where
    updates.is_due
    and not updates.is_leaving
    and not (places.latest.is_leaving and places.latest.status is not null)
    and places.address <> updates.address
    and (places.record = present.record) is not true
order by places.lead_id, places.sent_at
"""  # noqa: S608 (made of constants; values are parameters)

_LEFT = f"""
{_PLACES},

present as (
    select
        lead_id,
        arg_max(address, sent_at) as address,
        arg_max(struct_pack(status := latest.status, record := record), sent_at) as place
    from places
    group by lead_id
)

select
    places.latest.request_id,
    places.lead_id,
    places.address,
    places.record,
    places.latest.properties,
    (
        select coalesce(max(calls.attempt), 0)
        from main_operations.crm_calls as calls
        where calls.request_id = places.latest.request_id
    ) as attempt
from places
inner join present on places.lead_id = present.lead_id
where
    places.latest.is_leaving
    and places.latest.status is null
    and places.address <> present.address
    and (
        present.place.status is not null
        -- It is never told there: it has closed, and the place is another lead's by now.
        or places.lead_id in (select lead_id from updates where is_leaving and not is_due)
    )
    and (places.record = present.place.record) is not true
    and not exists (
        from updates
        where
            updates.lead_id <> places.lead_id
            and not updates.is_leaving
            and updates.address = places.address
    )
    and not exists (
        from places as others
        where
            others.lead_id <> places.lead_id
            and not others.latest.is_leaving
            and others.record = places.record
    )
order by places.sent_at, places.lead_id
"""  # noqa: S608 (as above)


def about_to_leave(connection: duckdb.DuckDBPyConnection, destination: str) -> dict[str, list[Due]]:
    """The places that leads leave by being told what is due, emptied, by lead."""
    places: dict[str, list[Due]] = {}
    rows = connection.execute(_LEAVABLE, {"destination": destination}).fetchall()
    for lead_id, address, properties in rows:
        empty = json.dumps(dict.fromkeys(json.loads(properties)), separators=(",", ":"))
        places.setdefault(lead_id, []).append(Due.leaving(lead_id, address, None, empty))
    return places


def left_behind(connection: duckdb.DuckDBPyConnection, destination: str) -> list[Request]:
    """The requests that empty what leads have left: of this sync, and of those that died."""
    rows = connection.execute(_LEFT, {"destination": destination}).fetchall()
    return [
        Request(
            request_id,
            [Due.leaving(lead_id, address, record_id, properties)],
            is_planned=True,
            attempt=attempt,
        )
        for request_id, lead_id, address, record_id, properties, attempt in rows
    ]
