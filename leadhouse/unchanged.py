"""Whether a build has anything to do: what the warehouse was made from, and what there is now.

A build leaves a note beside the warehouse, `<database>.built`. It holds as long as nobody else
writes to the warehouse, and is gone while a build runs.
"""

import argparse
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import yaml

from leadhouse.inputs.contract import TABLES, Kind

_PROJECT = (
    *("dbt_project.yml", "profiles.yml", "selectors.yml", "requirements.lock"),
    *("models", "python_models", "macros", "seeds", "tests/dbt", "leadhouse"),
)
_GENERATED = {".pyc", ".pyo"}
# PG: of libpq, which say where to publish.
_VARIABLES = ("LEADHOUSE_", "DBT_", "PG")
# The future begins a day after the start of a build (macros/inputs/judge_rows.sql). The names are
# the contract's own: no text from outside gets into the SQL.
_TO_COME = " union all ".join(
    f"select min({column.name}) as moment from base_{table.name}, run_context"  # noqa: S608
    f" where {column.name} > started_at + interval 1 day"
    for table in TABLES
    for column in table.columns
    if column.kind is Kind.TIME
)


@dataclass(frozen=True)
class Note:
    """What a build noted down.

    Attributes:
        ingredients: a hash of all that it was made from.
        database: size in bytes and time of change in nanoseconds of the warehouse it left.
        as_of: the moment as of which it computed.
        until: the moment at which rows refused as of the future can be used; None where there are
            none. UTC, without a zone, as the warehouse writes times.
    """

    ingredients: str
    database: tuple[int, int]
    as_of: datetime
    until: datetime | None

    @classmethod
    def read(cls, database: Path) -> Self | None:
        """The note beside a warehouse; None where there is none that can be read."""
        try:
            fields = json.loads(_note_of(database).read_text())
            as_of = datetime.fromisoformat(fields["as_of"])
            until = fields["until"] and datetime.fromisoformat(fields["until"])
            return cls(fields["ingredients"], tuple(fields["database"]), as_of, until)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def holds(self, database: Path, ingredients: str | None) -> bool:
        """Whether a build from these ingredients would leave the warehouse as it is."""
        now = datetime.now(UTC).replace(tzinfo=None)
        return (
            self.ingredients == ingredients
            and self.database == _state(database)
            and (self.until is None or now < self.until)
        )


def ingredients(project: Path, arguments: Sequence[str]) -> str | None:
    """A hash of all that a build is made from; None where not all of it can be seen from here.

    Files of the project count by their contents, input files by size and time of change. The
    tables of a schema cannot be seen.

    Args:
        project: the folder of dbt_project.yml.
        arguments: of `dbt build`.
    """
    variables = _variables(project, arguments)
    raw_dir = variables.get("raw_dir") or os.environ.get("LEADHOUSE_RAW_DIR")
    if variables.get("raw_schema") or not raw_dir or not Path(raw_dir).is_dir():
        return None
    seen = hashlib.sha256()
    environment = {name: value for name, value in os.environ.items() if name.startswith(_VARIABLES)}
    seen.update(json.dumps([*arguments, environment], sort_keys=True).encode())
    for path in _files(project / name for name in _PROJECT):
        seen.update(f"\n{path.relative_to(project)}\n".encode())
        seen.update(hashlib.sha256(path.read_bytes()).digest())
    for path in _files([Path(raw_dir)]):
        # A name need not be UTF-8.
        seen.update(os.fsencode(f"\n{path} {_stamp(path)}"))
    return seen.hexdigest()


def note_down(database: Path, ingredients: str) -> None:
    """Writes the note of a build that is done.

    There is none where so little of the project was built that nobody knows until when it holds,
    and none where another program has opened the warehouse already, perhaps to write.
    """
    try:
        with duckdb.connect(database, read_only=True) as connection:
            [(as_of,)] = connection.table("run_context").aggregate("any_value(as_of)").fetchall()
            to_come = connection.sql(_TO_COME)
            [(until,)] = to_come.aggregate("min(moment) - interval 1 day").fetchall()
            state = _state(database)  # now, while nobody can write
    except (duckdb.CatalogException, duckdb.IOException):
        return
    fields = {
        "ingredients": ingredients,
        "database": state,
        "as_of": as_of.isoformat(),
        "until": until and until.isoformat(),
    }
    written = _note_of(database).with_suffix(".new")
    with suppress(OSError):  # on a full disk, say: what was built is as good without the note
        written.write_text(json.dumps(fields))
        written.replace(_note_of(database))


def forget(database: Path) -> None:
    """Takes the note away, if there is one: what it tells is about to change."""
    _note_of(database).unlink(missing_ok=True)


def _note_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.built")


def _variables(project: Path, arguments: Sequence[str]) -> dict[str, Any]:
    declared = yaml.safe_load((project / "dbt_project.yml").read_text())["vars"]
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--vars", default="{}")
    try:
        given = yaml.safe_load(parser.parse_known_args(arguments)[0].vars)
    except yaml.YAMLError:
        given = None  # dbt will say what is wrong
    return declared | given if isinstance(given, dict) else declared


def _files(places: Iterable[Path]) -> list[Path]:
    found: set[Path] = set()
    for place in places:
        inside = place.rglob("*") if place.is_dir() else [place]
        found.update(path for path in inside if path.is_file())
    return sorted(path for path in found if path.suffix not in _GENERATED)


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _state(database: Path) -> tuple[int, int] | None:
    """None while there is a log of writes that are not in the file yet."""
    log = database.with_name(f"{database.name}.wal")
    return None if log.exists() or not database.exists() else _stamp(database)
