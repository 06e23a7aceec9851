"""One erasure, from the first row that keeps a person out to the proof that she is gone.

The order makes it safe to be broken off anywhere: first it is written down who is to be forgotten,
with the hashes by which she is kept out, then what can be repeated, then her rows in one
transaction, and at last a new file without the old bytes. The same command again does what is left.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from leadhouse.forgetting.copies import erase_backtest, rewrite
from leadhouse.forgetting.person import Person
from leadhouse.forgetting.places import Place, empty_places, places_of
from leadhouse.forgetting.prospect import find
from leadhouse.forgetting.published import erase_published
from leadhouse.forgetting.traces import is_of_events, rows_of, tables_of
from leadhouse.inputs.sql import identifier, literal
from leadhouse.publishing.publications import noted
from leadhouse.syncing.words import fit_to_write

# Texts of all, each once and without whose they are; the next build makes them anew.
_TEXTS = {"input_unparsable_values", "int_leakage_values", "int_standard_values"}
_LOG = ("crm_sends", "crm_answers")

# A model that was trained as of the warehouse's own moment learnt from what training_set holds.
_MODELS = """
insert into main_operations.erasure_models
select $erasure_id, model_version, $refit_by
from trained_models
where
    train_to is not null
    and trained_as_of >= coalesce($known_since, timestamp '-infinity')
    and (
        trained_as_of <> (select as_of from run_context)
        or exists (from training_set where list_contains($lead_ids, lead_id))
    )
order by trained_as_of, model_version
"""


@dataclass(frozen=True)
class Erasure:
    """What an erasure did, as far as it came.

    Attributes:
        erasure_id: names its rows in the tables of main_operations.
        person: who was forgotten, as far as there was a trace of her.
        deleted: by table, how many rows of it were hers.
        destinations: by destination, `emptied`, or why it could not be told.
        places: by place that was published to, `erased`, or why she could not be erased there.
        published: by place and file or table of it, how many rows were hers.
        models: that may have learnt from her, with the day until which they are to be trained anew.
        input_files: by input table, the files that hold her still.
        is_complete: whether nothing is left to do here.
    """

    erasure_id: str
    person: Person
    deleted: Mapping[str, int]
    destinations: Mapping[str, str]
    places: Mapping[str, str]
    published: Mapping[str, int]
    models: Mapping[str, date]
    input_files: Mapping[str, Sequence[str]]
    is_complete: bool


def forget(
    connection: duckdb.DuckDBPyConnection,
    database: Path,
    asked: str,
    *,
    reason: str = "",
    refit_days: int = 30,
    empty: Callable[[duckdb.DuckDBPyConnection, str, Sequence[Place]], str] = empty_places,
) -> Erasure:
    """Erases a person.

    Args:
        connection: to the warehouse, for writing; not to be used afterwards.
        database: its file.
        asked: a lead id of hers, or an e-mail address.
        reason: why, for the proof; addresses and her ids are left out of it.
        refit_days: until so many days from now, models that learnt from her are to be trained anew.
        empty: has a destination empty places, and says what became of it.

    Raises:
        NotKnownError: the warehouse has no trace of such a person, or she was forgotten already.
        UnclearError: the address is that of several people.
        OSError, duckdb.Error: not all could be done; the same again does the rest.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    erasure_id, person = find(connection, asked)
    if erasure_id is None:
        erasure_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        _begin(
            connection,
            erasure_id,
            person,
            reason=_fit_for_proof(reason, asked, person),
            now=now,
            refit_by=(now + timedelta(days=refit_days)).date(),
        )

    input_files = _input_files(connection, person)
    destinations = {
        name: empty(connection, name, found)
        for name, found in sorted(places_of(connection, person.lead_ids).items())
    }
    places, published = erase_published(noted(connection), database.resolve().parent, person)
    erase_backtest(database)

    untold = {name for name, answer in destinations.items() if answer != "emptied"}
    is_complete = not untold and set(places.values()) <= {"erased"}
    connection.begin()
    deleted = _delete(connection, person, untold)
    _prove(connection, erasure_id, deleted, destinations | places, published)
    if is_complete:
        connection.execute(
            "delete from main_operations.unfinished_erasures where erasure_id = ?", [erasure_id]
        )
    connection.commit()
    models = connection.execute(
        "select model_version, refit_by from main_operations.erasure_models where erasure_id = ?",
        [erasure_id],
    ).fetchall()
    rewrite(connection, database.resolve(), erasure_id, ended_at=now if is_complete else None)
    return Erasure(
        erasure_id,
        person,
        deleted,
        destinations,
        places,
        published,
        dict(models),
        input_files,
        is_complete,
    )


def _fit_for_proof(reason: str, asked: str, person: Person) -> str:
    """A reason in which nobody is named: people paste what they were written."""
    for text in (asked, *person.lead_ids, *person.devices):
        reason = reason.replace(text, "[her]")
    return fit_to_write(reason)


def _begin(
    connection: duckdb.DuckDBPyConnection,
    erasure_id: str,
    person: Person,
    *,
    reason: str,
    now: datetime,
    refit_by: date,
) -> None:
    """Writes down who is to be forgotten, and what is known only as long as she is not.

    These are the hashes by which the raw views know her from now on, and the models that may have
    learnt from her.
    """
    connection.begin()
    connection.execute(
        "insert into main_operations.erasures"
        " values ($id, $now, null, nullif($reason, ''), $count, '{}', '{}', '{}')",
        {
            "id": erasure_id,
            "now": now,
            "reason": reason,
            "count": len(person.lead_ids),
        },
    )
    connection.execute(
        "insert into main_operations.unfinished_erasures values (?, ?, ?, ?)",
        [erasure_id, [*person.lead_ids], [*person.addresses], [*person.devices]],
    )
    _list_models(connection, erasure_id, person, refit_by)
    for kind, ids in {
        "lead": person.lead_ids,
        "email": person.addresses,
        "visitor": person.devices,
    }.items():
        key = "main_operations.person_email(id)" if kind == "email" else "id"
        connection.execute(
            "insert into main_operations.suppressions"
            f" select distinct $id, $kind, main_operations.person_hash($kind, {key}), $now"
            " from (select unnest($ids) as id)"
            f" where main_operations.person_hash($kind, {key}) not in ("
            "  select person_hash from main_operations.suppressions where kind = $kind)",
            {"id": erasure_id, "kind": kind, "now": now, "ids": list(ids)},
        )
    connection.commit()


def _delete(
    connection: duckdb.DuckDBPyConnection, person: Person, untold: set[str]
) -> dict[str, int]:
    """Deletes her rows; of destinations that were not told the log stays, to tell them by."""
    deleted = {}
    for (schema, table), columns in tables_of(connection).items():
        relation = f"{identifier(schema)}.{identifier(table)}"
        if table in _TEXTS:
            connection.execute(f"delete from {relation}")
        condition = rows_of(columns, person)
        if condition is None:
            continue
        if table in _LOG and untold:
            names = ", ".join(map(literal, sorted(untold)))
            told = (
                f"select request_id from main_operations.crm_sends where destination in ({names})"
            )
            condition = f"({condition}) and request_id not in ({told})"
        [(count,)] = connection.execute(f"delete from {relation} where {condition}").fetchall()
        if count:
            deleted[f"{schema}.{table}"] = count
        if is_of_events(columns) and person.devices:
            connection.execute(
                f"update {relation} set anonymous_id = null"
                " where list_contains($devices, anonymous_id)",
                {"devices": list(person.devices)},
            )
    return deleted


def _list_models(
    connection: duckdb.DuckDBPyConnection, erasure_id: str, person: Person, refit_by: date
) -> None:
    connection.execute(
        _MODELS,
        {
            "erasure_id": erasure_id,
            "refit_by": refit_by,
            "known_since": person.known_since,
            "lead_ids": list(person.lead_ids),
        },
    )


def _prove(
    connection: duckdb.DuckDBPyConnection,
    erasure_id: str,
    deleted: Mapping[str, int],
    destinations: Mapping[str, str],
    published: Mapping[str, int],
) -> None:
    """Adds to the proof what this attempt did: another one may have gone before."""
    [(rows, told, files)] = connection.execute(
        "select deleted_rows, destinations, published from main_operations.erasures"
        " where erasure_id = ?",
        [erasure_id],
    ).fetchall()
    connection.execute(
        "update main_operations.erasures set deleted_rows = ?, destinations = ?, published = ?"
        " where erasure_id = ?",
        [
            *(_sum(rows, deleted), json.dumps(json.loads(told) | dict(destinations))),
            *(_sum(files, published), erasure_id),
        ],
    )


def _sum(before: str, counts: Mapping[str, int]) -> str:
    total = dict(json.loads(before))
    for name, count in counts.items():
        total[name] = total.get(name, 0) + count
    return json.dumps(total)


def _input_files(connection: duckdb.DuckDBPyConnection, person: Person) -> dict[str, list[str]]:
    """The user's own files that hold her, as the last build read them."""
    found = {}
    for (schema, table), columns in tables_of(connection).items():
        condition = rows_of(columns, person)
        if schema == "main" and table.startswith("base_") and condition:
            files = connection.execute(
                f"select distinct source_file from {table} where {condition} order by all"
            ).fetchall()
            if files:
                found[table.removeprefix("base_")] = [file for (file,) in files]
    return found
