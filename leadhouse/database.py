"""The DuckDB file of a warehouse, opened by the command line beside dbt.

profiles.yml names no schema, so dbt's is `main`, and that of the macro operations_schema
`main_operations`.
"""

import fcntl
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb

from leadhouse import lock

# DuckDB begins a file with three blocks of 4,096 bytes; the first has its name at byte 8.
_HEADERS_SIZE = 3 * 4096
_NAME = slice(8, 12)
_LOGS_JOINED = "checkpoint WAL cannot contain a checkpoint marker"
_HELD_BY = re.compile(r"held in (?P<program>.+) \(PID (?P<process>\d+)\)")
_SECONDS_BETWEEN_TRIES = 1.0


class WarehouseError(RuntimeError):
    """The warehouse does not allow what was asked; the message is a sentence that says why."""


class InUseError(WarehouseError):
    """Another program has the warehouse, and will be done with it."""


@contextmanager
def open_warehouse(
    database: Path, *, read_only: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens a warehouse that a build has made, and closes it afterwards; no build begins meanwhile.

    Raises:
        WarehouseError: there is none, it is in use, or a table that is asked for is not there.
    """
    if not database.is_file():
        others = ", ".join(map(str, sorted(database.parent.glob("*.duckdb"))))
        raise WarehouseError(
            f"There is no warehouse {database}; run scripts/build first, or name another file with "
            f"--database{f' (there is {others})' if others else ''}."
        )
    with ExitStack() as held:
        try:
            held.enter_context(lock.shared(database))
        except BlockingIOError:
            raise _in_use(database) from None
        connection = held.enter_context(_connect(database, read_only))
        try:
            yield connection
        except duckdb.CatalogException as error:
            raise WarehouseError(
                f"{database} was not built to the end; run scripts/build first. ({error})"
            ) from error


@contextmanager
def locked_for_build(
    database: Path, on_wait: Callable[[str], object] | None = None
) -> Iterator[lock.BuildLock]:
    """Keeps all other commands of Leadhouse from a warehouse, which need not be there yet.

    Args:
        on_wait: is told in a sentence for whom it waits; None: it does not wait.

    Raises:
        InUseError: another command has it, and this one does not wait.
        OSError: the file that is locked cannot be made.
    """
    with ExitStack() as held:
        try:
            taken = held.enter_context(lock.held_alone(database))
        except BlockingIOError:
            in_use = _in_use(database)
            if not on_wait:
                raise in_use from None
            on_wait(str(in_use))
            taken = held.enter_context(lock.held_alone(database, wait=True))
        yield taken


def make_ready(database: Path, on_wait: Callable[[str], object] | None = None) -> None:
    """Sees to it that dbt can open a warehouse, if there is one.

    Programs that know nothing of the lock (dbt, a reader) keep DuckDB from its file. What a build
    that died leaves and DuckDB does not take away goes: a file whose first blocks were never
    written whole, and what had not fitted into memory.

    Args:
        on_wait: as with `locked_for_build`.

    Raises:
        WarehouseError: another program has it open, or it cannot be opened.
    """
    _clear_never_begun(database)
    waited = False
    while database.exists():
        try:
            with _connect(database, read_only=False):
                _clear_spilled(database)
        except InUseError as error:
            if not on_wait:
                raise
            if not waited:
                on_wait(str(error))
            waited = True
            time.sleep(_SECONDS_BETWEEN_TRIES)
        else:
            return


def _connect(database: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return _connect_with_log(database, read_only)
    except duckdb.IOException as error:
        if "Could not set lock" not in str(error):
            raise WarehouseError(f"{database} cannot be opened: {error}") from error
        held_by = _HELD_BY.search(str(error))
        who = " ({program}, process {process})".format(**held_by.groupdict()) if held_by else ""
        raise InUseError(
            f"{database} is in use by another program{who}; try again when that is done."
        ) from error
    except duckdb.Error as error:
        raise WarehouseError(
            f"{database} is damaged: put back a copy of it, or name another file with --database "
            f"and build anew. What was published stands. ({str(error).splitlines()[0]})"
        ) from error


def _connect_with_log(database: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Opens a file once more where DuckDB 1.5.5 needs it (duckdb#24260, mended in 1.5.6).

    A checkpoint that fails leaves a marker in the log, and what is committed during one goes to a
    second log. If the next one dies, whoever opens the file has DuckDB join the two, refuse the
    first marker within, and read all of it the next time.
    """
    try:
        return duckdb.connect(database, read_only=read_only)
    except duckdb.InvalidInputException as error:
        if _LOGS_JOINED not in str(error):
            raise
        return duckdb.connect(database, read_only=read_only)


def _in_use(database: Path) -> InUseError:
    """What to say of those who have the lock."""
    build = lock.build_running(database)
    if build:
        return InUseError(f"{database} is being built ({build}); try again when that is done.")
    return InUseError(f"{database} is in use by another command; try again when that is done.")


def _clear_spilled(database: Path) -> None:
    """Only for who has the warehouse open alone: DuckDB uses files of another's by their names."""
    folder = database.with_name(f"{database.name}.tmp")
    for spilled in folder.glob("duckdb_temp_*"):
        spilled.unlink()
    with suppress(OSError):  # there is none, or something else is in it
        folder.rmdir()


def _clear_never_begun(database: Path) -> None:
    if not database.is_file() or database.stat().st_size >= _HEADERS_SIZE:
        return
    # DuckDB locks a file so before it writes to it: one that is locked is just being begun.
    with database.open("r+b") as file, suppress(BlockingIOError):
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        begun = file.read(_HEADERS_SIZE)
        if not begun or (len(begun) < _HEADERS_SIZE and begun[_NAME] == b"DUCK"):
            database.unlink()
