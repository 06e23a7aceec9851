"""Publishing as Parquet: a folder for each run, and a file that points at the newest whole one."""

import shutil
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import duckdb

from leadhouse import disk
from leadhouse.inputs.sql import identifier, literal
from leadhouse.publishing.tables import GRACE_SECONDS, Table

READERS_FILE = "leadhouse.duckdb"
_CURRENT = "current"
_RUNS = "runs"
_UNFINISHED = ".new"


def publish_parquet(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    run: str,
    tables: Sequence[Table],
    keep: int,
) -> Path:
    """Publishes the tables of a run, all of them or none.

    Below the folder are then `runs/RUN/TABLE.parquet`, the link `current` to the newest run, and
    `leadhouse.duckdb`, a database of views on that run's files. Each of the two is switched by one
    rename. So whoever opens the database sees one run, whole, for as long as it is open: it names
    the files of its run, which stay for the next `keep` runs and for an hour at least. (DuckDB
    opens a file once a process: to see the next run, close all connections to it.) A crash at any
    moment leaves what was published before, and its remains go with the next run.

    Args:
        connection: where the relations are.
        folder: is made if it is not there.
        run: name of the run, new and fit for a folder's.
        tables: at least one.
        keep: how many runs stay, this one included.

    Returns:
        the path of the database of views.

    Raises:
        FileExistsError: a run of this name is published.
        OSError, duckdb.Error: not all could be written; what was published stands.
    """
    runs = folder.resolve() / _RUNS
    runs.mkdir(parents=True, exist_ok=True)
    _clear(folder.resolve())
    place = runs / run
    if place.exists():
        raise FileExistsError(f"{place} is there: a run is published once.")

    written = runs / f"{run}{_UNFINISHED}"
    written.mkdir()
    for table in tables:
        _write(connection, table, written / f"{table.name}.parquet")
    disk.keep(written)
    written.rename(place)
    disk.keep(runs)

    readers_file = runs.parent / READERS_FILE
    _database_of_views(place, tables, runs.parent).replace(readers_file)
    link = runs.parent / f"{_CURRENT}{_UNFINISHED}"
    link.symlink_to(place.relative_to(runs.parent), target_is_directory=True)
    link.replace(runs.parent / _CURRENT)
    disk.keep(runs.parent)
    _prune(runs, place, keep)
    return readers_file


def _write(connection: duckdb.DuckDBPyConnection, table: Table, file: Path) -> None:
    connection.execute(
        f"copy (from {table.relation}) to {literal(str(file))} (format parquet, compression zstd)"
    )
    disk.keep(file)


def _database_of_views(place: Path, tables: Sequence[Table], folder: Path) -> Path:
    file = folder / f"{READERS_FILE}{_UNFINISHED}"
    with duckdb.connect(file) as database:
        for table in tables:
            view = identifier(table.name)
            parquet = literal(str(place / f"{table.name}.parquet"))
            database.execute(f"create view {view} as from read_parquet({parquet})")
            database.execute(f"comment on view {view} is {literal(table.description)}")
            known = set(database.table(table.name).columns)
            for column, description in table.columns.items():
                if column in known:
                    database.execute(
                        f"comment on column {view}.{identifier(column)} is {literal(description)}"
                    )
    disk.keep(file)
    return file


def _clear(folder: Path) -> None:
    """Takes away what an earlier run that died has left."""
    for remains in [*folder.glob(f"*{_UNFINISHED}*"), *folder.glob(f"{_RUNS}/*{_UNFINISHED}")]:
        if remains.is_dir() and not remains.is_symlink():
            shutil.rmtree(remains)
        else:
            remains.unlink()


def _prune(runs: Path, current: Path, keep: int) -> None:
    by_age = sorted(runs.iterdir(), key=lambda place: place.stat().st_mtime)
    newest = {*by_age[-keep:], current}
    for place, successor in pairwise(by_age):
        superseded_at = successor.stat().st_mtime
        if place not in newest and time.time() - superseded_at > GRACE_SECONDS:
            shutil.rmtree(place)
