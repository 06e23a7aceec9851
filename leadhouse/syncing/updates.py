"""What is due: rows of int_crm_updates, and what the log knows of where each lead stands."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Self

import duckdb

from leadhouse.syncing.destination import Update, Value

_DUE = """
with sends as (
    select
        sends.lead_id,
        sends.address,
        sends.properties,
        sends.sent_at,
        answers.record_id,
        answers.status
    from main_operations.crm_sends as sends
    left join main_operations.crm_answers as answers
        on sends.request_id = answers.request_id and sends.lead_id = answers.lead_id
    where sends.destination = $destination
),

-- A record belongs to the address that it was told under.
records as (
    select lead_id, address, arg_max(record_id, sent_at) as record_id
    from sends
    where record_id is not null
    group by lead_id, address
),

-- What may be there: what was told last, and all that was sent since without an answer.
standing as (
    select
        lead_id,
        list(properties) filter (where status is distinct from 'refused') as properties
    from (
        select *, max(sent_at) filter (where status = 'told') over (partition by lead_id) as told_at
        from sends
    )
    where sent_at >= coalesce(told_at, '-infinity')
    group by lead_id
)

select
    updates.lead_id,
    updates.change,
    updates.address,
    records.record_id,
    updates.is_leaving,
    updates.properties,
    updates.properties_hash,
    coalesce(standing.properties, []) as may_be_there
from int_crm_updates as updates
left join records on updates.lead_id = records.lead_id and updates.address = records.address
left join standing on updates.lead_id = standing.lead_id
where
    updates.destination = $destination
    and updates.is_due
    and ($only is null or list_contains($only, updates.lead_id))
order by updates.score desc nulls last, updates.lead_id
limit $limit
"""


@dataclass(frozen=True)
class Due:
    """What is to be told of a lead, as it is logged.

    Attributes:
        change: why it is due.
        properties: the JSON of what is told.
        properties_hash: names these properties.
        may_be_there: the JSON of what the destination may have of us, if nobody changed it.
        note: goes with the answer.
    """

    lead_id: str
    change: str
    address: str
    record_id: str | None
    is_leaving: bool
    properties: str
    properties_hash: str
    may_be_there: Sequence[str] = ()
    note: str = ""

    @property
    def values(self) -> dict[str, Value]:
        return json.loads(self.properties)

    @property
    def update(self) -> Update:
        return Update(self.lead_id, self.address, self.record_id, self.values, self.is_leaving)

    @classmethod
    def leaving(cls, lead_id: str, address: str, record_id: str | None, properties: str) -> Self:
        """A record that a lead has left for another: `properties` has nulls only."""
        return cls(lead_id, "left", address, record_id, True, properties, _hash(properties))

    def without(self, names: Collection[str], why: str) -> Self:
        """The same without some properties, which the note tells of."""
        properties = json.dumps(
            {name: value for name, value in self.values.items() if name not in names},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return replace(
            self,
            properties=properties,
            properties_hash=_hash(properties),
            note=f"{why}: {', '.join(names)}",
        )


def _hash(properties: str) -> str:
    return hashlib.md5(properties.encode(), usedforsecurity=False).hexdigest()


def read_due(
    connection: duckdb.DuckDBPyConnection,
    destination: str,
    *,
    only: Sequence[str] | None = None,
    limit: int | None = None,
) -> list[Due]:
    """What a destination is due to be told, the hottest leads first.

    Args:
        connection: a warehouse that is built.
        destination: its name.
        only: of these leads; None for all.
        limit: so many at most.
    """
    parameters = {"destination": destination, "only": only, "limit": limit}
    return [Due(*row) for row in connection.execute(_DUE, parameters).fetchall()]


def property_names(
    connection: duckdb.DuckDBPyConnection, destination: str
) -> tuple[dict[str, str], list[str]]:
    """The seed's names at a destination, each with its field, and those that people may change."""
    rows = connection.execute(
        "select property, field, people_may_change from main_seeds.crm_properties"
        " where destination = ? order by property",
        [destination],
    ).fetchall()
    return (
        {name: field for name, field, _ in rows},
        [name for name, _, people_may_change in rows if people_may_change],
    )
