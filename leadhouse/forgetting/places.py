"""Records at destinations that show what was told of a person, and how they are emptied."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from leadhouse.syncing.destination import CallError
from leadhouse.syncing.destinations import make_destination
from leadhouse.syncing.run import run_sync
from leadhouse.syncing.settings import SettingsError, SyncSettings
from leadhouse.syncing.updates import Due

# What was sent to each address, unless another lead's values stand there by now. Values that were
# refused have changed nothing.
_PLACES = """
with sends as (
    select sends.*, answers.record_id, answers.status
    from main_operations.crm_sends as sends
    left join main_operations.crm_answers as answers
        on sends.request_id = answers.request_id and sends.lead_id = answers.lead_id
    where sends.is_leaving or answers.status is distinct from 'refused'
),

places as (
    select
        destination,
        address,
        arg_max(lead_id, sent_at) as lead_id,
        arg_max(
            struct_pack(is_emptied := is_leaving and status in ('told', 'missing')), sent_at
        ) as latest,
        arg_max(record_id, sent_at) filter (where record_id is not null) as record_id
    from sends
    group by destination, address
)

select places.destination, lead_id, address, record_id, emptied_properties
from places
inner join int_crm_destinations as destinations on places.destination = destinations.destination
where list_contains($lead_ids, lead_id) and latest.is_emptied is not true
order by places.destination, lead_id, address
"""


@dataclass(frozen=True)
class Place:
    """A record that is to be emptied: its lead and address, and the destination's own id of it."""

    lead_id: str
    address: str
    record_id: str | None
    properties: str


def places_of(
    connection: duckdb.DuckDBPyConnection, lead_ids: Sequence[str]
) -> dict[str, list[Place]]:
    """The places that show something of these leads, by destination."""
    places: dict[str, list[Place]] = {}
    rows = connection.execute(_PLACES, {"lead_ids": list(lead_ids)}).fetchall()
    for destination, *place in rows:
        places.setdefault(destination, []).append(Place(*place))
    return places


def empty_places(
    connection: duckdb.DuckDBPyConnection, destination: str, places: Sequence[Place]
) -> str:
    """Has a destination empty records; `emptied`, or why not all of them are, as a sentence.

    To be called on the main thread, as `run_sync`.
    """
    due = [
        Due.leaving(place.lead_id, place.address, place.record_id, place.properties)
        for place in places
    ]
    try:
        called, settings = make_destination(destination), SyncSettings.from_environment()
        summary = run_sync(connection, called, settings, due)
    except (SettingsError, CallError) as error:
        return str(error)
    if summary.told + summary.missing >= len(due):
        return "emptied"
    return summary.stopped or f"{summary.refused} refused and {summary.left} left unanswered."
