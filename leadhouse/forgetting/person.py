"""Who is to be forgotten: all ids and addresses by which a warehouse knows one person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

import duckdb

# Other lead ids of the same person: what was merged, and what no merge looks at (leads that were
# deleted or rejected) under the same address, unless that is a role's.
_SAME_PERSON = """
with addresses as (
    select person_email
    from (
        select main_operations.person_email(email) as person_email
        from base_leads where list_contains($lead_ids, lead_id)
    )
    where split_part(person_email, '@', 1) not in (from main_seeds.role_mailboxes)
)
select lead_id from int_canonical_leads
where canonical_lead_id in (
    select canonical_lead_id from int_canonical_leads where list_contains($lead_ids, lead_id)
)
union
select lead_id from base_leads
where main_operations.person_email(email) in (from addresses) and lead_id is not null
"""

_ADDRESSES = """
with texts as (
    select email as address from base_leads where list_contains($lead_ids, lead_id)
    union
    select value as address from base_attribute_changes
    where
        entity = 'lead'
        and list_contains($lead_ids, entity_id)
        and lower(trim(attribute)) = 'email'
)
select distinct lower(trim(address)) as address
from texts
where
    main_operations.person_email(address) is not null
    and split_part(main_operations.person_email(address), '@', 1) not in (
        from main_seeds.role_mailboxes
    )
order by address
"""

# A device on which so many were recognised that it is nobody's is not hers.
_DEVICES = """
select distinct anonymous_id from base_identities
where
    list_contains($lead_ids, lead_id)
    and anonymous_id is not null
    and anonymous_id not in (from int_visitors select anonymous_id where is_shared_device)
order by anonymous_id
"""

_NAMED = """
select distinct lead_id from base_leads where lead_id = $asked
union
select distinct lead_id from base_events where lead_id = $asked
union
select distinct lead_id from base_identities where lead_id = $asked
union
select distinct lead_id from main_operations.crm_sends where lead_id = $asked
"""

_ADDRESSED = """
select distinct lead_id from base_leads
where
    lead_id is not null
    and main_operations.person_email(email) = main_operations.person_email($asked)
"""


class UnclearError(ValueError):
    """More than one person is meant; the message is a sentence."""


@dataclass(frozen=True)
class Person:
    """A person as a warehouse knows her.

    Attributes:
        lead_ids: all that were merged into one, in order.
        addresses: her e-mail addresses, in lower case; none that a role shares.
        devices: the visitors that she was recognised as.
        known_since: when the first of her leads was created; None where that is not known.
    """

    lead_ids: tuple[str, ...]
    addresses: tuple[str, ...]
    devices: tuple[str, ...]
    known_since: datetime | None

    @classmethod
    def find(cls, connection: duckdb.DuckDBPyConnection, asked: str) -> Self | None:
        """The person with this lead id or e-mail address; None where there is no trace of one.

        Raises:
            UnclearError: leads that are not one person share the address.
        """
        named = _column(connection, _NAMED, asked=asked)
        lead_ids = set(named or _column(connection, _ADDRESSED, asked=asked))
        if not lead_ids:
            return None
        if not named:
            people = {frozenset(_same_person(connection, {lead_id})) for lead_id in lead_ids}
            if len(people) > 1:
                raise UnclearError(
                    f"{len(people)} people share that address ({', '.join(sorted(lead_ids))}): "
                    "name the lead that is to be forgotten."
                )
        lead_ids = _same_person(connection, lead_ids)
        ordered = sorted(lead_ids)
        [(known_since,)] = connection.execute(
            "select min(created_at) from base_leads where list_contains($lead_ids, lead_id)",
            {"lead_ids": ordered},
        ).fetchall()
        return cls(
            tuple(ordered),
            tuple(_column(connection, _ADDRESSES, lead_ids=ordered)),
            tuple(_column(connection, _DEVICES, lead_ids=ordered)),
            known_since,
        )

    @classmethod
    def of_erasure(cls, connection: duckdb.DuckDBPyConnection, erasure_id: str) -> Self:
        """The person whose erasure has begun; without ids if only the file is left to be written.

        Her own rows may be gone by then, and what is left to do needs her ids.
        """
        rows = connection.execute(
            "select lead_ids, addresses, devices from main_operations.unfinished_erasures"
            " where erasure_id = ?",
            [erasure_id],
        ).fetchall()
        [(lead_ids, addresses, devices)] = rows or [([], [], [])]
        return cls(tuple(lead_ids), tuple(addresses), tuple(devices), None)


def _same_person(connection: duckdb.DuckDBPyConnection, lead_ids: set[str]) -> set[str]:
    """All lead ids of the person who has these."""
    while True:
        found = lead_ids | set(_column(connection, _SAME_PERSON, lead_ids=sorted(lead_ids)))
        if found == lead_ids:
            return found
        lead_ids = found


def _column(connection: duckdb.DuckDBPyConnection, sql: str, **parameters: object) -> list[str]:
    return [value for (value,) in connection.execute(sql, parameters).fetchall()]
