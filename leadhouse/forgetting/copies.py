"""Files that still hold the bytes of rows which were deleted, written anew without them."""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb

from leadhouse import disk
from leadhouse.database import open_warehouse
from leadhouse.forgetting.person import Person
from leadhouse.forgetting.traces import rows_of
from leadhouse.inputs.sql import identifier, literal

_UNFINISHED = ".forgetting"


def erase_parquet(folder: Path, person: Person) -> dict[str, int]:
    """Writes the published Parquet files that hold a person anew without her rows.

    All runs that stay are rewritten, file by file and each by one rename: who reads one sees it
    with her or without.

    Returns:
        by file, from the folder on, how many rows were hers.
    """
    erased = {}
    for remains in folder.glob(f"runs/*/*{_UNFINISHED}"):
        remains.unlink()
    for file in sorted(folder.glob("runs/*/*.parquet")):
        with duckdb.connect() as connection:
            rows = f"read_parquet({literal(str(file))})"
            relation = connection.sql(f"from {rows}")
            columns = dict(zip(relation.columns, map(str, relation.types), strict=True))
            condition = rows_of(columns, person)
            if condition is None:
                continue
            [(count,)] = connection.execute(
                f"select count(*) from {rows} where {condition}"
            ).fetchall()
            if not count:
                continue
            written = file.with_name(file.name + _UNFINISHED)
            connection.execute(
                f"copy (from {rows} where not ({condition})) to {literal(str(written))}"
                " (format parquet, compression zstd)"
            )
        disk.keep(written)
        written.replace(file)
        disk.keep(file.parent)
        erased[str(file.relative_to(folder))] = count
    return erased


def erase_backtest(database: Path) -> None:
    """Removes the warehouse that `leadhouse backtest` builds beside another: it builds it anew.

    Raises:
        WarehouseError: a backtest is under way.
    """
    folder = database.with_name(f"{database.name}.backtest")
    if (folder / "leadhouse.duckdb").exists():
        with open_warehouse(folder / "leadhouse.duckdb", read_only=False):
            pass
    shutil.rmtree(folder, ignore_errors=True)


def hand_on(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    """Keeps out of a new warehouse whom another one has forgotten."""
    with duckdb.connect(database) as new:
        new.execute("create schema main_operations")
        for name in ("suppressions", "suppression_salt"):
            rows = connection.table(f"main_operations.{name}").to_arrow_table()
            new.from_arrow(rows).create(f"main_operations.{name}")


def rewrite(
    connection: duckdb.DuckDBPyConnection,
    database: Path,
    erasure_id: str,
    ended_at: datetime | None,
) -> None:
    """Copies a warehouse into a new file, which then takes its place by one rename.

    DuckDB leaves the bytes of deleted rows in its file until it needs their room; in a copy they
    are not. The new file alone says that the erasure has ended. A crash leaves one file or the
    other.
    """
    written = database.with_name(database.name + _UNFINISHED)
    for remains in (written, written.with_name(written.name + ".wal")):
        remains.unlink(missing_ok=True)
    connection.execute("checkpoint")
    [(name,)] = connection.execute("select current_database()").fetchall()
    connection.execute(f"attach {literal(str(written))} as forgetting")
    connection.execute(f"copy from database {identifier(name)} to forgetting")
    connection.execute(
        "update forgetting.main_operations.erasures set ended_at = ? where erasure_id = ?",
        [ended_at, erasure_id],
    )
    connection.execute("detach forgetting")
    shutil.copymode(database, written)
    disk.keep(written)
    written.replace(database)
    disk.keep(database.resolve().parent)
