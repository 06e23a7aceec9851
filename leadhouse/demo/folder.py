"""Writes the demo world to a folder: whole, or not at all."""

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadhouse.demo.world import make_world

TABLES = (
    "leads", "accounts", "events", "identities", "outcomes", "touches", "feedback", "qualification",
    "notes", "attribute_changes",
)  # fmt: skip
FILES = tuple(f"{name}.parquet" for name in (*TABLES, "truth"))
ROW_GROUP = 122_880  # what one thread of DuckDB reads at a time


def write_demo(out: Path, leads: int = 20_000, seed: int = 7) -> dict[str, int]:
    """Makes a demo world and writes its tables, and then `truth.parquet`, to a folder.

    The folder appears whole: it is written beside its place and renamed. An earlier demo world there is replaced.

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
    tables, truth = make_world(leads, seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as scratch:
        new = Path(scratch, "new")
        new.mkdir()
        for name in TABLES:
            _write(tables[name], new / f"{name}.parquet")
        _write(truth, new / "truth.parquet")
        # Looked at again: making the world takes a while, and something else may have come there.
        _check_place(out)
        if out.exists():
            out.rename(Path(scratch, "old"))
        new.rename(out)
    return {name: len(table) for name, table in {**tables, "truth": truth}.items()}


def _check_place(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise FileExistsError(f"{out} is a file; the demo world wants a folder.")
    present = {entry.name for entry in out.iterdir()}
    if present and not ("truth.parquet" in present and present <= set(FILES)):
        raise FileExistsError(
            f"{out} holds files that are not a demo world's ({sorted(present - set(FILES) or present)[0]}, say); "
            "name an empty or a new folder."
        )


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", row_group_size=ROW_GROUP)
