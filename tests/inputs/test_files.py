"""Which files are read, and the sentences about those that cannot be."""

import gzip
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from leadhouse.inputs.contract import TABLES
from leadhouse.inputs.plan import plan_folder
from tests.inputs.worlds import GOOD_ROWS, read, write_csv, write_parquet, write_world

TABLE_NAMES = [table.name for table in TABLES]
REQUIRED = [table.name for table in TABLES if table.is_required]
OPTIONAL = [table.name for table in TABLES if not table.is_required]


def world_with(folder: Path, table: str) -> Path:
    """A good world, the table's own file of which is `folder / f"{table}.csv"`."""
    write_world(folder, **{table: [GOOD_ROWS[table]]})
    return folder / f"{table}.csv"


def only_error(folder: Path) -> str:
    (error,) = plan_folder(folder).errors
    return error


def test_no_folder(tmp_path: Path) -> None:
    assert only_error(tmp_path / "gone") == (
        f"There is no folder {tmp_path / 'gone'}: raw_dir names the folder of your files."
    )


def test_folder_with_a_pattern_in_its_name(tmp_path: Path) -> None:
    assert "rename or move it" in only_error(write_world(tmp_path / "raw[1]"))


def test_folder_with_quotes_and_blanks_in_its_name(tmp_path: Path) -> None:
    folder = write_world(tmp_path / """it's "raw" ü""")
    assert read(folder, "leads", "lead_id, source_file") == [("l1", "leads.csv")]


@pytest.mark.parametrize("table", REQUIRED)
def test_missing_required_table(tmp_path: Path, table: str) -> None:
    world_with(tmp_path, table).unlink()
    assert only_error(tmp_path) == f"{table} is required, and {tmp_path} does not hold it."


@pytest.mark.parametrize("table", OPTIONAL)
def test_absent_optional_table_is_an_empty_view(tmp_path: Path, table: str) -> None:
    write_world(tmp_path)
    assert read(tmp_path, table) == []


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    tmp_path.joinpath("leads.csv").write_text("email\na@example.com\n")
    tmp_path.joinpath("outcomes.parquet").write_bytes(b"PAR1")
    assert len(plan_folder(tmp_path).errors) == 4


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_two_files_for_one_table(tmp_path: Path, table: str) -> None:
    file = world_with(tmp_path, table)
    write_parquet(
        tmp_path / f"{table}.parquet", {name: [text] for name, text in GOOD_ROWS[table].items()}
    )
    assert only_error(tmp_path) == (
        f"{table}: there are {file.name} and {table}.parquet; keep one and remove the others."
    )


def test_file_and_folder_for_one_table(tmp_path: Path) -> None:
    file = world_with(tmp_path, "leads")
    write_csv(tmp_path / "leads" / "a.csv", [GOOD_ROWS["leads"]])
    assert only_error(tmp_path).startswith(f"leads: there are leads/ and {file.name};")


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_several_files(tmp_path: Path, table: str) -> None:
    """Each with its own columns, order of columns and delimiter."""
    world_with(tmp_path, table).unlink()
    row = GOOD_ROWS[table]
    first = next(iter(row))
    write_csv(tmp_path / table / "a.csv", [row])
    write_csv(tmp_path / table / "b.csv.gz", [dict(reversed(row.items()))], delimiter=";")
    write_csv(tmp_path / table / "c.csv", [row | {first: "c"}])
    assert sorted(read(tmp_path, table, f"{first}, source_file")) == sorted(
        [
            (row[first], f"{table}/a.csv"),
            (row[first], f"{table}/b.csv.gz"),
            ("c", f"{table}/c.csv"),
        ]
    )


def test_several_parquet_files_with_other_columns_and_types(tmp_path: Path) -> None:
    world_with(tmp_path, "leads").unlink()
    times = ["2025-01-01 08:00:00"]
    write_parquet(
        tmp_path / "leads" / "a.parquet", {"lead_id": [1], "created_at": times, "x_a": [1.5]}
    )
    write_parquet(tmp_path / "leads" / "b.parquet", {"created_at": times, "lead_id": ["b"]})
    assert sorted(read(tmp_path, "leads", "lead_id, x_attributes")) == [
        ("1", {"x_a": "1.5"}),
        ("b", {}),
    ]


def test_both_kinds_of_file_in_one_folder(tmp_path: Path) -> None:
    world_with(tmp_path, "leads").unlink()
    write_csv(tmp_path / "leads" / "a.csv", [GOOD_ROWS["leads"]])
    write_parquet(tmp_path / "leads" / "b.parquet", {"lead_id": ["b"]})
    assert "both Parquet and CSV" in only_error(tmp_path)


def test_folder_without_files(tmp_path: Path) -> None:
    world_with(tmp_path, "leads").unlink()
    tmp_path.joinpath("leads").mkdir()
    assert only_error(tmp_path).startswith("leads: its folder has no .parquet")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Leads.CSV", "leads.parquet or leads.csv"),
        ("lead.csv", "leads.parquet or leads.csv"),
        ("event.parquet", "events.parquet or events.csv"),
        ("attribute-changes.csv", "attribute_changes.parquet or attribute_changes.csv"),
        ("leads.xlsx", "leads.parquet or leads.csv"),
    ],
)
def test_near_miss_of_a_name(tmp_path: Path, name: str, meant: str) -> None:
    write_world(tmp_path).joinpath(name).write_text("")
    assert plan_folder(tmp_path).warnings == [f"{name} is not read: did you mean {meant}?"]


def test_near_miss_of_a_folders_name(tmp_path: Path) -> None:
    write_world(tmp_path).joinpath("event").mkdir()
    assert plan_folder(tmp_path).warnings == ["event/ is not read: did you mean events/?"]


def test_a_file_that_one_may_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """(Who runs the tests as root may read all.)"""
    file = world_with(tmp_path, "leads")
    monkeypatch.setattr(os, "access", lambda path, mode: path != file)
    assert only_error(tmp_path) == (
        "leads.csv may not be read by the one who builds: change its permissions."
    )


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("truth.parquet", "README.md", ".DS_Store", "~$leads.csv.tmp"):
        write_world(tmp_path).joinpath(name).write_text("")
    plan = plan_folder(tmp_path)
    assert (plan.errors, plan.warnings) == ([], [])


@pytest.mark.parametrize("table", REQUIRED)
def test_required_table_without_rows(tmp_path: Path, table: str) -> None:
    file = world_with(tmp_path, table)
    file.write_text(",".join(GOOD_ROWS[table]) + "\n")
    assert only_error(tmp_path) == (
        f"{table}.csv has no rows. If that is as it should be, say allow_empty_tables: [{table}]."
    )
    allowed = plan_folder(tmp_path, [table])
    assert (allowed.errors, allowed.warnings) == ([], [f"{table}.csv has no rows."])


@pytest.mark.parametrize("table", OPTIONAL)
def test_optional_table_without_rows(tmp_path: Path, table: str) -> None:
    world_with(tmp_path, table).unlink()
    write_parquet(
        tmp_path / f"{table}.parquet",
        {name: pa.array([], pa.string()) for name in GOOD_ROWS[table]},
    )
    assert plan_folder(tmp_path).warnings == [f"{table}.parquet has no rows."]


def test_allowance_for_no_table(tmp_path: Path) -> None:
    (error,) = plan_folder(write_world(tmp_path), ["outcome"]).errors
    assert error.startswith("allow_empty_tables names 'outcome', which is none of leads,")


@pytest.mark.parametrize("table", TABLE_NAMES)
@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_file_of_no_bytes(tmp_path: Path, table: str, suffix: str) -> None:
    world_with(tmp_path, table).unlink()
    tmp_path.joinpath(f"{table}.{suffix}").write_bytes(b"")
    sentence = {
        "csv": "is empty: it wants a line of column names, then the rows.",
        "csv.gz": "is empty: it wants a line of column names, then the rows.",
        "parquet": "cannot be read as Parquet; is it whole? Export it again.",
    }[suffix]
    error = only_error(tmp_path)
    assert error.startswith(f"{table}.{suffix} {sentence}")
    assert "\n" not in error


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_truncated_parquet(tmp_path: Path, table: str) -> None:
    world_with(tmp_path, table).unlink()
    file = write_parquet(
        tmp_path / f"{table}.parquet",
        {name: [text] * 99 for name, text in GOOD_ROWS[table].items()},
    )
    file.write_bytes(file.read_bytes()[:-20])
    assert only_error(tmp_path).startswith(
        f"{table}.parquet cannot be read as Parquet; is it whole? Export it again."
    )


def test_parquet_that_says_that_it_has_more_rows_than_it_has(tmp_path: Path) -> None:
    world_with(tmp_path, "leads").unlink()
    rows = {name: [text] * 99 for name, text in GOOD_ROWS["leads"].items()}
    file = write_parquet(tmp_path / "leads.parquet", rows)
    content = file.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    # The first 64-bit number of the footer: the rows of the file, as Thrift writes 99, then 100.
    changed = content[footer:].replace(b"\x16\xc6\x01", b"\x16\xc8\x01", 1)
    file.write_bytes(content[:footer] + changed)
    assert only_error(tmp_path) == (
        "leads.parquet cannot be read as Parquet: it says of itself that it has 100 rows,"
        " and has 99. Export it again."
    )


def test_truncated_gzip(tmp_path: Path) -> None:
    world_with(tmp_path, "leads").unlink()
    rows = [GOOD_ROWS["leads"] | {"lead_id": str(number)} for number in range(5_000)]
    file = write_csv(tmp_path / "leads.csv.gz", rows)
    file.write_bytes(file.read_bytes()[:-2_000])
    assert only_error(tmp_path).startswith("leads.csv.gz cannot be read to its end; is it whole?")


def test_gzip_without_its_checksum(tmp_path: Path) -> None:
    """Every row is there, as far as one can see."""
    file = world_with(tmp_path, "leads")
    tmp_path.joinpath("leads.csv.gz").write_bytes(gzip.compress(file.read_bytes())[:-8])
    file.unlink()
    assert only_error(tmp_path).startswith("leads.csv.gz cannot be read to its end; is it whole?")


def test_csv_that_only_claims_to_be_gzip(tmp_path: Path) -> None:
    file = world_with(tmp_path, "leads")
    shutil.move(file, tmp_path / "leads.csv.gz")
    assert only_error(tmp_path).startswith("leads.csv.gz cannot be read from its first line on.")


def test_gzip_is_read(tmp_path: Path) -> None:
    file = world_with(tmp_path, "leads")
    tmp_path.joinpath("leads.csv.gz").write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    assert read(tmp_path, "leads", "lead_id, source_file") == [("l1", "leads.csv.gz")]
