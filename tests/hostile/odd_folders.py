"""Folders with files under odd names, and with things in them that are no files."""

import gzip
import os
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.hostile.worlds import OPTIONAL, REQUIRED, good_columns, write_good, write_table

_STEMS = (
    *(
        "part 1",
        "part[1]",
        "part1",
        "part*",
        "part?",
        "p{1,2}",
        "**",
        "a'b",
        'a"b',
        "a\\b",
        "-",
        "--",
        "$HOME",
    ),
    *(
        "{{ 1 }}",
        "%s",
        "a;b",
        "a=1",
        "year=2025",
        "Zoë",
        "e\u0301",
        "\u202egnp",
        "\u200b",
        "two\nlines",
    ),
    *(
        "\u001b[31m",
        "\udcff\udcfe",
        "x" * 200,
        " ",
        "..a",
        "a.parquet",
        "a.csv",
        "NUL",
        "#",
        "~a",
        ".a",
        "\U0001f986",
    ),
)


def write(draw: Random, folder: Path) -> None:
    """A good folder but for the names of one table's files and for what else lies there."""
    table = draw.choice((*REQUIRED, *OPTIONAL))
    write_good(folder, {table: "csv"})
    whole = folder / f"{table}.csv"
    parts = folder / table
    for act in draw.sample((_parts, _parts, _thing, _link, _pipe), draw.randint(1, 2)):
        with suppress(OSError):
            act(draw, table, whole, parts)


def _parts(draw: Random, table: str, whole: Path, parts: Path) -> None:
    whole.unlink(missing_ok=True)
    parts.mkdir(exist_ok=True)
    suffix = draw.choice((".csv", ".csv", ".csv.gz", ".parquet"))
    for stem in draw.sample(_STEMS, draw.randint(1, 6)):
        file = write_table(parts, table, suffix.removeprefix("."), good_columns(table))
        file.rename(parts / f"{stem}{suffix}")


def _thing(draw: Random, table: str, whole: Path, parts: Path) -> None:
    """A folder where a file should be, one more form of the table, a file that is none of ours."""
    name = draw.choice(
        (f"{table}.csv", f"{table}.parquet", f"{table} ", table.upper(), "Leads.CSV", "lead.csv.gz")
    )
    place = draw.choice((whole.parent, parts))
    place.mkdir(exist_ok=True)
    if draw.random() < 0.5 and not (place / name).exists():
        (place / name).mkdir()
    elif not (place / name).is_dir() and not (place / name).is_fifo():
        (place / name).write_bytes(gzip.compress(b"a,b\n1,2\n"))


def _link(draw: Random, table: str, whole: Path, parts: Path) -> None:
    """A link to itself, to nothing, to the folder above, to a device, to the file itself."""
    link = draw.choice((whole, whole.with_suffix(".parquet"), parts, parts.parent / "more.csv"))
    target = draw.choice(
        (link, Path("nothing"), Path(".."), Path("/dev/zero"), Path("/dev/null"), Path("leads.csv"))
    )
    if not link.exists():
        link.symlink_to(target)
    elif link.is_file():
        link.rename(link.with_suffix(".kept"))
        link.symlink_to(draw.choice((target, link.with_suffix(".kept").name)))


def _pipe(draw: Random, table: str, whole: Path, parts: Path) -> None:
    whole.unlink(missing_ok=True)
    if not whole.is_symlink() and not whole.exists():
        os.mkfifo(whole)
