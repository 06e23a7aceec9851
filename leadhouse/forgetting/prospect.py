"""What forgetting somebody is going to do, before anything is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from leadhouse.database import WarehouseError
from leadhouse.forgetting.person import Person
from leadhouse.forgetting.places import places_of
from leadhouse.forgetting.traces import rows_of, tables_of
from leadhouse.inputs.sql import identifier
from leadhouse.publishing.publications import noted


class NotKnownError(WarehouseError):
    """There is nobody to forget; the message is a sentence."""


@dataclass(frozen=True)
class Prospect:
    """What an erasure is going to do.

    Attributes:
        lead_ids: of the person.
        deleted: by table, how many rows of it are hers.
        destinations: where something was told of her.
        places: where was published.
    """

    lead_ids: Sequence[str]
    deleted: Mapping[str, int]
    destinations: Sequence[str]
    places: Sequence[str]


def look_ahead(connection: duckdb.DuckDBPyConnection, asked: str) -> Prospect:
    """What `forget` would do; changes nothing.

    Raises:
        NotKnownError, UnclearError: as with `forget`.
    """
    _, person = find(connection, asked)
    deleted = {}
    for (schema, table), columns in tables_of(connection).items():
        condition = rows_of(columns, person)
        if condition is None:
            continue
        [(count,)] = connection.execute(
            f"select count(*) from {identifier(schema)}.{identifier(table)} where {condition}"
        ).fetchall()
        if count:
            deleted[f"{schema}.{table}"] = count
    return Prospect(
        person.lead_ids,
        deleted,
        sorted(places_of(connection, person.lead_ids)),
        [publication.name for publication in noted(connection)],
    )


def find(connection: duckdb.DuckDBPyConnection, asked: str) -> tuple[str | None, Person]:
    """Who is meant, and her erasure if one has begun that has not come to its end."""
    unfinished, ended_at = _erased_before(connection, asked)
    if unfinished:
        return unfinished, Person.of_erasure(connection, unfinished)
    person = Person.find(connection, asked)
    if person:
        return None, person
    if ended_at:
        raise NotKnownError(
            f"That person was forgotten already, on {ended_at:%Y-%m-%d}, and nothing of her is "
            "there."
        )
    raise NotKnownError("No lead has that id or e-mail address: there is nothing to forget.")


def _erased_before(
    connection: duckdb.DuckDBPyConnection, asked: str
) -> tuple[str | None, datetime | None]:
    """The erasure of that id or address which has not come to its end; else when one did."""
    rows = connection.execute(
        "select erasure_id, ended_at from main_operations.erasures where erasure_id in ("
        " select erasure_id from main_operations.suppressions where person_hash in ("
        "  main_operations.person_hash('lead', $asked),"
        "  main_operations.person_hash('email', main_operations.person_email($asked))))"
        " order by ended_at nulls first",
        {"asked": asked},
    ).fetchall()
    if not rows:
        return None, None
    [(erasure_id, ended_at), *_] = rows
    return (erasure_id, None) if ended_at is None else (None, ended_at)
