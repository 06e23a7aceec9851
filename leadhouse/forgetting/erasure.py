"""One erasure, from the first row that keeps a person out to the proof that she is gone.

The order makes it safe to be broken off anywhere: first the hashes by which she is kept out, then
what can be repeated, then her rows in one transaction, and at last a new file without the old
bytes. The same command again does what is left.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from leadhouse.database import WarehouseError
from leadhouse.forgetting.copies import erase_backtest, erase_published, rewrite
from leadhouse.forgetting.person import Person
from leadhouse.forgetting.places import Place, empty_places, places_of
from leadhouse.forgetting.traces import is_of_events, rows_of
from leadhouse.inputs.sql import identifier, literal
from leadhouse.syncing.words import fit_to_write

# What stands there of her are hashes; models are no rows of hers, and are listed instead.
_LEFT_ALONE = {"erasures", "erasure_models", "suppressions", "suppression_salt", "trained_models"}
# Texts of all, each once and without whose they are; the next build makes them anew.
_TEXTS = {"input_unparsable_values", "int_leakage_values", "int_standard_values"}
_LOG = ("crm_sends", "crm_answers")

# A model that was trained as of the warehouse's own moment learnt from what training_set holds.
_MODELS = """
insert into main_operations.erasure_models
select $erasure_id, model_version, $refit_by
from trained_models
where
    $erasure_id not in (select erasure_id from main_operations.erasure_models)
    and train_to is not null
    and trained_as_of >= coalesce($known_since, timestamp '-infinity')
    and (
        trained_as_of <> (select as_of from run_context)
        or exists (from training_set where list_contains($lead_ids, lead_id))
    )
order by trained_as_of, model_version
"""


class NotKnownError(WarehouseError):
    """There is nobody to forget; the message is a sentence."""


@dataclass(frozen=True)
class Erasure:
    """What an erasure did, as far as it came.

    Attributes:
        erasure_id: names its rows in the tables of main_operations.
        person: who was forgotten, as far as there was a trace of her.
        deleted: by table, how many rows of it were hers.
        destinations: by destination, `emptied`, or why it could not be told.
        published: by published file, how many rows of it were hers.
        models: that may have learnt from her, with the day until which they are to be trained anew.
        input_files: by input table, the files that hold her still.
        is_complete: whether nothing is left to do here.
    """

    erasure_id: str
    person: Person
    deleted: Mapping[str, int]
    destinations: Mapping[str, str]
    published: Mapping[str, int]
    models: Mapping[str, date]
    input_files: Mapping[str, Sequence[str]]
    is_complete: bool


def forget(
    connection: duckdb.DuckDBPyConnection,
    database: Path,
    published: Path,
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
        published: the folder of its published runs; it need not be there.
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
    unfinished, ended_at = _erased_before(connection, asked)
    person = Person.find(connection, asked)
    if person is None and unfinished is None:
        if ended_at:
            raise NotKnownError(
                f"That person was forgotten already, on {ended_at:%Y-%m-%d}, and nothing of her is "
                "there."
            )
        raise NotKnownError("No lead has that id or e-mail address: there is nothing to forget.")
    erasure_id = unfinished or f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    is_there = person is not None
    # Where her rows are gone already, what is left is the log of whom nobody told, or the file.
    person = person or Person.of_erasure(connection, erasure_id)
    _keep_out(connection, erasure_id, person, _fit_for_proof(reason, asked, person), now)

    input_files = _input_files(connection, person)
    places = places_of(connection, person.lead_ids)
    destinations = {name: empty(connection, name, found) for name, found in sorted(places.items())}
    pending = {name for name, answer in destinations.items() if answer != "emptied"}
    in_files = erase_published(published, person)
    erase_backtest(database)

    connection.begin()
    if is_there:
        _list_models(connection, erasure_id, person, (now + timedelta(days=refit_days)).date())
    deleted = _delete(connection, person, pending)
    _prove(connection, erasure_id, deleted, destinations, in_files)
    connection.commit()
    models = connection.execute(
        "select model_version, refit_by from main_operations.erasure_models where erasure_id = ?",
        [erasure_id],
    ).fetchall()
    rewrite(connection, database.resolve(), erasure_id, ended_at=None if pending else now)
    return Erasure(
        erasure_id,
        person,
        deleted,
        destinations,
        in_files,
        dict(models),
        input_files,
        is_complete=not pending,
    )


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


def _fit_for_proof(reason: str, asked: str, person: Person) -> str:
    """A reason in which nobody is named: people paste what they were written."""
    for text in (asked, *person.lead_ids, *person.devices):
        reason = reason.replace(text, "[her]")
    return fit_to_write(reason)


def _keep_out(
    connection: duckdb.DuckDBPyConnection,
    erasure_id: str,
    person: Person,
    reason: str,
    now: datetime,
) -> None:
    """Writes down the hashes by which the raw views know her from now on."""
    connection.begin()
    connection.execute(
        "insert into main_operations.erasures"
        " select $id, $now, null, nullif($reason, ''), $count, '{}', '{}', '{}'"
        " where $id not in (select erasure_id from main_operations.erasures)",
        {
            "id": erasure_id,
            "now": now,
            "reason": reason,
            "count": len(person.lead_ids),
        },
    )
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


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    """The columns of each table of ours that may hold her, with their types.

    Other schemas, such as that of `raw_schema`, are the user's own, and seeds are of no person.
    """
    tables: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, sql_type in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " semi join duckdb_tables() using (database_oid, schema_oid, table_oid)"
        " where database_name = current_database()"
        " and schema_name in ('main', 'main_operations', 'main_raw')"
        " order by schema_name, table_name, column_index"
    ).fetchall():
        if table not in _LEFT_ALONE:
            tables.setdefault((schema, table), {})[column] = sql_type
    return tables


def _delete(
    connection: duckdb.DuckDBPyConnection, person: Person, pending: set[str]
) -> dict[str, int]:
    """Deletes her rows; of destinations that were not told the log stays, to tell them by."""
    deleted = {}
    for (schema, table), columns in _tables(connection).items():
        relation = f"{identifier(schema)}.{identifier(table)}"
        if table in _TEXTS:
            connection.execute(f"delete from {relation}")
        condition = rows_of(columns, person)
        if condition is None:
            continue
        if table in _LOG and pending:
            names = ", ".join(map(literal, sorted(pending)))
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
    for (schema, table), columns in _tables(connection).items():
        condition = rows_of(columns, person)
        if schema == "main" and table.startswith("base_") and condition:
            files = connection.execute(
                f"select distinct source_file from {table} where {condition} order by all"
            ).fetchall()
            if files:
                found[table.removeprefix("base_")] = [file for (file,) in files]
    return found
