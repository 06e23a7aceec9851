"""Writes the demo world to a folder: whole, or not at all."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from leadhouse.demo.tables import make_tables

# A demo world is known by this file, which no user's input has.
TRUTH = "truth.parquet"
ROW_GROUP = 122_880  # what one thread of DuckDB reads at a time


def write_demo(out: Path, leads: int = 20_000, seed: int = 7) -> dict[str, int]:
    """Makes a demo world and writes its tables, and then `truth.parquet`, to a folder.

    The folder appears whole: it is written beside its place and renamed. An earlier demo world
    there is replaced, and the remains of a writing that died go. Who writes beside it at the same
    time waits.

    Args:
        out: the folder; its parents are made if need be.
        leads: how many leads.
        seed: the same leads and seed give the same bytes.

    Returns:
        Rows by table.

    Raises:
        ValueError: if `leads` or `seed` is out of range.
        FileExistsError: if there is something at `out` that is not a demo world.
        OSError: if the folder cannot be written.
    """
    out = out.resolve()
    _check_place(out)
    tables = make_tables(leads, seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    with _scratch_beside(out) as scratch:
        new = scratch / "new"
        new.mkdir()
        for name, table in tables.items():
            path = new / f"{name}.parquet"
            pq.write_table(table, path, compression="zstd", row_group_size=ROW_GROUP)
        # Looked at again: making the world takes a while, and something else may have come there.
        _check_place(out)
        if out.exists():
            out.rename(scratch / "old")
        new.rename(out)
    return {name: len(table) for name, table in tables.items()}


@contextmanager
def _scratch_beside(out: Path) -> Iterator[Path]:
    """An empty folder of a fixed name, so that what is left of one that died is found."""
    scratch = out.with_name(f".{out.name}.unfinished")
    parent = os.open(out.parent, os.O_RDONLY)
    try:
        fcntl.flock(parent, fcntl.LOCK_EX)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    finally:
        os.close(parent)


def _check_place(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise FileExistsError(f"{out} is a file; the demo world wants a folder.")
    strange = [entry.name for entry in out.iterdir() if entry.suffix != ".parquet"]
    if strange or (any(out.iterdir()) and not Path(out, TRUTH).is_file()):
        raise FileExistsError(
            f"{out} is not empty and holds no demo world; name a new or an empty folder."
        )
