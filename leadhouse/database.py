"""The DuckDB file of a warehouse, opened by the command line beside dbt.

profiles.yml names no schema, so dbt's is `main`, and that of the macro operations_schema
`main_operations`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


class WarehouseError(RuntimeError):
    """The warehouse does not allow what was asked; the message is a sentence that says why."""


@contextmanager
def open_warehouse(
    database: Path, *, read_only: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens a warehouse that a build has made, and closes it afterwards.

    Raises:
        WarehouseError: there is none, it is in use, or a table that is asked for is not there.
    """
    if not database.is_file():
        others = ", ".join(map(str, sorted(database.parent.glob("*.duckdb"))))
        raise WarehouseError(
            f"There is no warehouse {database}; run scripts/build first, or name another file with "
            f"--database{f' (there is {others})' if others else ''}."
        )
    try:
        connection = duckdb.connect(database, read_only=read_only)
    except duckdb.IOException as error:
        if "lock" in str(error):
            raise WarehouseError(
                f"{database} is in use by another program, perhaps a build; try again when that "
                "is done."
            ) from error
        raise WarehouseError(f"{database} cannot be opened: {error}") from error
    with connection:
        try:
            yield connection
        except duckdb.CatalogException as error:
            raise WarehouseError(
                f"{database} was not built to the end; run scripts/build first. ({error})"
            ) from error
