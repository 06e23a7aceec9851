"""One folder through the reading and the staging of a build, and whether that went as it must.

It does: every sentence to the user is one; what is read is what the files hold; and each row is
accounted for.
"""

import builtins
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb
import pyarrow as pa

from leadhouse import inputs
from leadhouse.inputs.contract import TABLES, Kind
from tests.hostile import oracle
from tests.inputs.worlds import Staging, make_raw_views

LONGEST_SENTENCE = 2_000
MEMORY_LIMIT = "1GB"
_NO_LEADS = "No lead can be used as of "
# What a person is not to read: Python's and the database's own failures, and what moves a cursor.
_PYTHONS_FAILURES = [
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
]
_JARGON = re.compile(
    rf"Traceback|INTERNAL|FATAL|\b({'|'.join(_PYTHONS_FAILURES)})\b|[\x00-\x1f\x7f-\x9f\u202a-\u202e]"
)
_TEXTS = {
    table.name: {column.name for column in table.columns if column.kind is Kind.TEXT}
    for table in TABLES
}
_COUNTS = ("rows_in", "used", "exact_duplicates", "rejected", "not_yet_known")


class Outcome(StrEnum):
    """How a folder was taken."""

    REFUSED = "told in a sentence"
    COUNTED = "counted right"
    FAULT = "faults"


@dataclass(frozen=True)
class Verdict:
    """How a folder was taken, and what shows it."""

    outcome: Outcome
    text: str = ""


class FaultError(Exception):
    """Something went as it must not."""


class Trial:
    """Judges folders, one after another."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        # The base model of a table that is not there is the same in each world.
        self._empty: dict[str, pa.Table] = {}

    def __call__(self, folder: Path) -> Verdict:
        """Never raises: what is raised is a fault."""
        try:
            return self._judge(folder)
        except FaultError as fault:
            return Verdict(Outcome.FAULT, str(fault))
        except Exception as error:
            return Verdict(Outcome.FAULT, f"{type(error).__name__}: {error}")

    def _judge(self, folder: Path) -> Verdict:
        with duckdb.connect(config={"threads": 1, "memory_limit": MEMORY_LIMIT}) as connection:
            connection.execute("set enable_progress_bar = false")
            inputs.register(connection)
            plan = _plan(connection, folder)
            for sentence in plan["warnings"] + plan["errors"]:
                _check_sentence(sentence)
            if plan["errors"]:
                return Verdict(Outcome.REFUSED, " ".join(plan["errors"]))
            _make_views(connection, plan)
            _check_contents(connection, folder, plan)
            try:
                self._make_models(connection, folder)
            except duckdb.Error as error:
                if _NO_LEADS in str(error):
                    return Verdict(Outcome.REFUSED, str(error))
                raise
            _check_counts(connection, folder, plan)
        return Verdict(Outcome.COUNTED)

    def _make_models(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        there = {path.name.partition(".")[0] for path in folder.iterdir()}
        for model, sql in self._staging.models.items():
            is_of_nothing = model.startswith("base_") and model.removeprefix("base_") not in there
            if is_of_nothing and model in self._empty:
                rows = self._empty[model]  # noqa: F841 (DuckDB finds it by name)
                connection.execute(f"create table {model} as from rows")
                continue
            connection.execute(f"create table {model} as {sql}")
            if is_of_nothing:
                self._empty[model] = connection.table(model).to_arrow_table()


def _plan(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict:
    """Asked for as the macro prepare_inputs does, in JSON within SQL."""
    request = {
        "raw_dir": str(folder),
        "allow_empty_tables": [],
        "files_seen": [],
        "events_read": {},
    }
    question = json.dumps(request).replace("'", "''")
    [(answer,)] = connection.execute(f"select leadhouse_input_plan('{question}')").fetchall()
    return json.loads(answer)


def _make_views(connection: duckdb.DuckDBPyConnection, plan: Mapping) -> None:
    connection.execute("attach ':memory:' as leadhouse; use leadhouse")
    make_raw_views(connection, plan["views"])
    seen = json.dumps(plan["files_seen"]).replace("'", "''")
    connection.execute(
        f"create table main_raw.input_files as select unnest(cast('{seen}' as json[])) as entry"
    )


def _check_sentence(sentence: str) -> None:
    if len(sentence) > LONGEST_SENTENCE:
        raise FaultError(f"a sentence of {len(sentence)} characters: {sentence[:300]}")
    if found := _JARGON.search(sentence):
        raise FaultError(f"{found[0]!r} in: {sentence}")


def _check_contents(connection: duckdb.DuckDBPyConnection, folder: Path, plan: Mapping) -> None:
    """What SQL reads is what Python reads."""
    for seen in plan["files_seen"]:
        file = Path(seen["file"])
        table = file.relative_to(folder).parts[0].partition(".")[0]
        columns = [column["name"] for column in seen["layout"]["columns"]]
        delimiter = seen["layout"]["delimiter"]
        try:
            if delimiter is None:
                _check_equal("rows", file, seen["count_rows"], oracle.count_parquet_rows(file))
                continue
            rows = oracle.csv_rows(file, delimiter)
        except Exception as error:
            raise FaultError(f"{file.name} was read, and Python says {error!r}") from error
        _check_equal("columns", file, columns, rows[0])
        _check_equal("rows", file, seen["count_rows"], len(rows) - 1)
        places = {
            name: position
            for position, column in enumerate(columns)
            if (name := "_".join(column.replace("-", " ").lower().split())) in _TEXTS[table]
        }
        lists = ", ".join(f"list({name})" for name in places)
        [found] = connection.execute(
            f"select {lists} from main_raw.{table} where source_file = $1",
            [str(file.relative_to(folder))],
        ).fetchall()
        for (name, position), values in zip(places.items(), found, strict=True):
            expected = oracle.csv_values(rows, position)
            _check_equal(f"values of {name}", file, Counter(values or []), expected)


def _check_equal(what: str, file: Path, found: object, expected: object) -> None:
    if found != expected:
        raise FaultError(
            f"{what} of {file.name}: {_short(found)}, and Python reads {_short(expected)}"
        )


def _short(value: object) -> str:
    return repr(value)[:600]


def _check_counts(connection: duckdb.DuckDBPyConnection, folder: Path, plan: Mapping) -> None:
    columns = ", ".join(f"count_{name}" for name in _COUNTS)
    rows = connection.execute(f"select input_table, {columns} from input_row_counts").fetchall()
    counts = {table: dict(zip(_COUNTS, numbers, strict=True)) for table, *numbers in rows}
    rows_in = dict.fromkeys(counts, 0)
    for seen in plan["files_seen"]:
        table = Path(seen["file"]).relative_to(folder).parts[0].partition(".")[0]
        rows_in[table] += seen["count_rows"]
    rejected = dict(
        connection.execute(
            "select input_table, count(*) from rejected_rows group by all"
        ).fetchall()
    )
    for table, found in counts.items():
        parts = sum(found[name] for name in _COUNTS[1:])
        if not rows_in[table] == found["rows_in"] == parts:
            raise FaultError(f"{table} has {rows_in[table]} rows, and {found}")
        if rejected.get(table, 0) != found["rejected"]:
            raise FaultError(
                f"{table} has {rejected.get(table)} rows in rejected_rows, and {found}"
            )
        [(used,)] = connection.execute(f"select count(*) from stg_{table}").fetchall()
        if used != found["used"]:
            raise FaultError(f"stg_{table} has {used} rows, and {found}")
