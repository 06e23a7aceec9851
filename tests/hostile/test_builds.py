"""Whole builds of hostile folders: told in sentences and nothing published, or done and right."""

import gzip
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PROJECT, Warehouse, demo_world
from tests.hostile.extremes import spoil_world
from tests.hostile.worlds import good_columns, typed, write_table

pytestmark = pytest.mark.slow

Spoil = Callable[[Path, str], object]


def _written(suffix: str, content: bytes) -> Spoil:
    return lambda folder, table: (folder / f"{table}{suffix}").write_bytes(content)


def _renamed(name: str) -> Spoil:
    """The first column under another name; the contract misses its own."""

    def spoil(folder: Path, table: str) -> None:
        (_, values), *others = good_columns(table)
        write_table(folder, table, "csv", [(name, values), *others])

    return spoil


def _repeated(folder: Path, table: str) -> None:
    columns = good_columns(table)
    write_table(folder, table, "csv", [*columns, (columns[0][0].upper(), columns[0][1])])


def _encoded(encoding: str) -> Spoil:
    def spoil(folder: Path, table: str) -> None:
        file = write_table(folder, table, "csv", good_columns(table))
        file.write_bytes(file.read_text().encode(encoding, errors="replace"))

    return spoil


def _appended(content: bytes) -> Spoil:
    def spoil(folder: Path, table: str) -> None:
        file = write_table(folder, table, "csv", good_columns(table))
        file.write_bytes(file.read_bytes() + content)

    return spoil


def _of_spoilt_pages(folder: Path, table: str) -> None:
    file = write_table(folder, table, "parquet", typed(table, good_columns(table)))
    data = file.read_bytes()
    file.write_bytes(data[:40] + bytes(60) + data[100:])


def _truncated(form: str) -> Spoil:
    def spoil(folder: Path, table: str) -> None:
        file = write_table(folder, table, form, good_columns(table))
        file.write_bytes(file.read_bytes()[:-20])

    return spoil


def _in_parts(*names: str) -> Spoil:
    def spoil(folder: Path, table: str) -> None:
        (folder / table).mkdir()
        for name in names:
            write_table(folder, table, "csv", good_columns(table)).rename(folder / table / name)

    return spoil


def _piped(folder: Path, table: str) -> None:
    os.mkfifo(folder / f"{table}.csv")


def _linked(folder: Path, table: str) -> None:
    (folder / f"{table}.csv").symlink_to(f"{table}.csv")


# For each table how it is spoilt, and what is said of it.
FOLDERS: Mapping[str, Mapping[str, tuple[Spoil, str]]] = {
    "encodings and kinds of file": {
        "leads": (_encoded("utf-16"), "leads.csv is not UTF-8 (line 1)"),
        "accounts": (_encoded("latin-1"), "accounts.csv is not UTF-8 (line "),
        "events": (_of_spoilt_pages, "events.parquet cannot be read as Parquet; is it whole?"),
        "identities": (_truncated("parquet"), "identities.parquet cannot be read as Parquet"),
        "outcomes": (_truncated("csv.gz"), "outcomes.csv.gz cannot be read to its end"),
        "touches": (_written(".parquet", b"PK\3\4" + bytes(99)), "touches.parquet cannot be read"),
        "feedback": (_written(".csv", b"<html>404</html>\n"), "feedback.csv lacks the required"),
        "qualification": (_written(".csv.gz", gzip.compress(b"")), "qualification.csv.gz is empty"),
        "notes": (_written(".csv", b"version https://git-lfs\nsize 1\n"), "notes.csv lacks"),
        "attribute_changes": (_written(".csv", b"\0" * 99), "attribute_changes.csv has NUL bytes"),
    },
    "names of columns": {
        "leads": (_renamed("{{ 1 / 0 }}"), "leads.csv lacks the required column lead_id."),
        "accounts": (_renamed("\x1b[2J"), "Columns found: \\x1b[2J, name,"),
        "events": (_renamed("x" * 9_000_000), "events.csv "),
        "identities": (_renamed("'; drop table base_leads; --"), "Columns found: '; drop table"),
        "outcomes": (_repeated, "outcomes.csv has the column lead_id 2 times: keep one."),
        "touches": (_renamed("\u202eevil"), "Columns found: \\u202eevil"),
        "feedback": (_renamed("%s {0} $1"), "Columns found: %s {0} $1"),
        "qualification": (_renamed(""), "qualification.csv lacks the required column lead_id."),
        "notes": (_renamed("two\nlines"), "notes.csv has a line end in the name of a column"),
        "attribute_changes": (_renamed("a\0b"), "attribute_changes.csv has NUL bytes in the"),
    },
    "names of files, and rows": {
        "leads": (_in_parts("part1.csv", "part[1].csv"), "leads/part[1].csv has *, ? or [ in"),
        "accounts": (_in_parts(os.fsdecode(b"\xff.csv")), "accounts/\\udcff.csv has a name that"),
        "events": (_piped, "events.csv is no file but a pipe or a device"),
        "identities": (_linked, "identities.csv is a link to a file that is not there."),
        "outcomes": (_appended(b"a,b\r\n"), "outcomes.csv is not well-formed CSV (line 8: "),
        "touches": (_appended(b'"'), "touches.csv is not well-formed CSV (line 8: "),
        "feedback": (_appended(b"x" * 3_000_000), "feedback.csv is not well-formed CSV (line 8: "),
        "qualification": (_appended(b"\xff,,,,,\n"), "qualification.csv is not UTF-8 (line 8)"),
        "notes": (_in_parts(), "notes: its folder has no .parquet, .csv or .csv.gz file in it."),
        "attribute_changes": (_in_parts("a.csv", "b.parquet"), "has both Parquet and CSV files"),
    },
}


# Of so few leads that remain, so that every rung of the ladder is tried.
LEARNS_FROM_LITTLE = {
    "min_leads_to_learn": 50,
    "min_conversions_to_learn": 10,
    "min_leads_for_trees": 100,
    "min_conversions_for_trees": 20,
}


def published(folder: Path) -> dict[Path, str]:
    """What lies there, with a hash of its contents."""
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def standing(demo_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse that was built and published, for these tests to build again."""
    folder = tmp_path_factory.mktemp("hostile") / "warehouse"
    left_out = shutil.ignore_patterns("target", "logs")
    shutil.copytree(demo_warehouse.folder, folder, symlinks=True, ignore=left_out)
    return Warehouse(folder)


@pytest.mark.parametrize("spoilt", FOLDERS.values(), ids=FOLDERS)
def test_all_faults_are_told_and_nothing_is_published(
    standing: Warehouse, tmp_path: Path, spoilt: Mapping[str, tuple[Spoil, str]]
) -> None:
    for table, (spoil, _) in spoilt.items():
        spoil(tmp_path, table)
    before = published(standing.folder / "leadhouse_published")
    scores = standing.query("select count(*), sum(score) from lead_scores")
    done = scripts_build(standing, tmp_path)
    assert done.returncode != 0, done.stdout
    said = done.stdout
    for _, sentence in spoilt.values():
        assert sentence in said
    assert not [word for word in ("Traceback", "INTERNAL", "\x1b", "\0", "\u202e") if word in said]
    assert len(said) < 40_000
    assert published(standing.folder / "leadhouse_published") == before
    assert standing.query("select count(*), sum(score) from lead_scores") == scores


def test_a_build_that_fails_half_way_leaves_what_was_published(
    standing: Warehouse, demo_raw: Path, tmp_path: Path
) -> None:
    """All files are good and no lead is: found out once the first models stand."""
    without_leads(demo_raw, tmp_path)
    before = published(standing.folder / "leadhouse_published")
    scores = standing.query("select count(*), sum(score) from lead_scores")
    done = scripts_build(standing, tmp_path)
    assert done.returncode == 1, done.stdout
    assert "No lead can be used as of " in done.stdout
    assert "what was published before stays" in done.stdout
    assert "Traceback" not in done.stdout
    assert published(standing.folder / "leadhouse_published") == before
    assert standing.query("select count(*), sum(score) from lead_scores") == scores


def without_leads(raw: Path, folder: Path) -> None:
    """The same world, of which each lead came to be in the year 1."""
    for file in raw.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / "leads.parquet").unlink()
    leads = duckdb.read_parquet(str(raw / "leads.parquet"))
    leads.project("* replace (timestamp '0001-01-01' as created_at)").write_parquet(
        str(folder / "leads.parquet")
    )


def scripts_build(warehouse: Warehouse, raw_dir: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "LEADHOUSE_DATABASE": str(warehouse.database),
        "DBT_TARGET_PATH": str(warehouse.folder / "target"),
        "DBT_LOG_PATH": str(warehouse.folder / "logs"),
        "DBT_USE_COLORS": "false",
    }
    return subprocess.run(
        [PROJECT / "scripts" / "build", "--raw-dir", raw_dir],
        env=environment,
        text=True,
        errors="backslashreplace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def test_a_world_of_extremes_is_built_and_every_test_of_the_data_holds(tmp_path: Path) -> None:
    demo_world(tmp_path / "demo", 600)
    raw = spoil_world(tmp_path / "demo", tmp_path / "raw", share=0.1, seed=2)
    warehouse = Warehouse(tmp_path / "warehouse").build(raw, tested=True, **LEARNS_FROM_LITTLE)
    [(count_leads, count_scored)] = warehouse.query(
        "select count(*), count(score) filter (score between 0 and 100) from lead_scores"
    )
    assert count_leads == count_scored > 100
    tried = warehouse.query("select distinct model_kind from lead_models")
    assert {("rules",), ("logistic",), ("lightgbm",)} <= set(tried)
