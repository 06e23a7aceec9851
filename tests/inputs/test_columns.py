"""Columns: found under any sane spelling, missed with a sentence, never mistaken."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from leadhouse.inputs.contract import TABLES, Kind
from leadhouse.inputs.plan import plan_folder
from tests.inputs.worlds import GOOD_ROWS, read, write_csv, write_parquet, write_world

REQUIRED_COLUMNS = [
    (table.name, column.name) for table in TABLES for column in table.columns if column.is_required
]
COLUMNS = [(table.name, column) for table in TABLES for column in table.columns]


def world_of(folder: Path, table: str, row: dict) -> Path:
    return write_world(folder, **{table: [row]})


@pytest.mark.parametrize(("table", "column"), REQUIRED_COLUMNS)
def test_missing_required_column(tmp_path: Path, table: str, column: str) -> None:
    row = {name: text for name, text in GOOD_ROWS[table].items() if name != column}
    (error,) = plan_folder(world_of(tmp_path, table, row)).errors
    assert error.startswith(f"{table}.csv lacks the required column {column}. Columns found: ")
    assert ", ".join(row) in error


def test_likeliest_match_of_a_missing_column(tmp_path: Path) -> None:
    row = {"LeadId": "l1", "created_at": "2025-01-01"}
    (error,) = plan_folder(world_of(tmp_path, "leads", row)).errors
    assert error == (
        "leads.csv lacks the required column lead_id. Columns found: LeadId, created_at."
        " Is it LeadId? Then rename it."
    )


def test_events_belong_to_a_lead_or_a_visitor(tmp_path: Path) -> None:
    row = {"event_id": "e1", "occurred_at": "2025-01-01", "event_type": "page_view"}
    (error,) = plan_folder(world_of(tmp_path, "events", row)).errors
    assert error.startswith("events.csv needs a column lead_id or anonymous_id.")
    assert plan_folder(world_of(tmp_path, "events", row | {"anonymous_id": "v"})).errors == []


@pytest.mark.parametrize("spelling", ["lead_id", "Lead_ID ", "LEAD ID", " lead-id"])
def test_spelling_of_a_column(tmp_path: Path, spelling: str) -> None:
    world_of(tmp_path, "leads", {spelling: "l1", "Created At": "2025-01-01"})
    assert read(tmp_path, "leads", "lead_id, strftime(created_at, '%Y')") == [("l1", "2025")]


def test_column_given_twice_in_csv(tmp_path: Path) -> None:
    write_world(tmp_path).joinpath("leads.csv").write_text(
        "lead_id,LEAD_ID,created_at\na,b,2025-01-01\n"
    )
    assert plan_folder(tmp_path).errors == ["leads.csv has the column lead_id 2 times: keep one."]


def test_column_given_twice_in_parquet(tmp_path: Path) -> None:
    write_world(tmp_path).joinpath("leads.csv").unlink()
    write_parquet(
        tmp_path / "leads.parquet",
        {"lead_id": ["a"], "Lead_Id": ["b"], "created_at": ["2025-01-01"]},
    )
    assert plan_folder(tmp_path).errors == [
        "leads.parquet has the column lead_id 2 times: keep one."
    ]


def test_columns_without_a_name_or_with_one_twice_are_no_harm_where_they_are_not_read(
    tmp_path: Path,
) -> None:
    write_world(tmp_path).joinpath("leads.csv").write_text(
        "lead_id,,memo,memo,created_at,\na,1,2,3,2025-01-01,\n"
    )
    assert read(tmp_path, "leads", "lead_id, row_text") == [
        ("a", '{"lead_id":"a","":"1","memo":"2","memo":"3","created_at":"2025-01-01","":null}')
    ]


def test_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    world_of(tmp_path, "leads", GOOD_ROWS["leads"] | {"score": "1", "x_score": "1"})
    assert plan_folder(tmp_path).warnings == [
        "leads.csv: not in the contract and not read: score"
        " (prefix x_ makes a feature of a column)."
    ]


UNFIT_TYPES = {
    Kind.TEXT: pa.array([b"bytes"]),
    Kind.TIME: pa.array([1735689600]),
    Kind.NUMBER: pa.array([[1.0, 2.0]]),
    Kind.BOOLEAN: pa.array([0.5]),
    Kind.JSON: pa.array([b"bytes"]),
}


@pytest.mark.parametrize(
    ("table", "column"), COLUMNS, ids=lambda value: getattr(value, "name", value)
)
def test_parquet_column_of_a_type_that_cannot_be(tmp_path: Path, table: str, column) -> None:
    world_of(tmp_path, table, GOOD_ROWS[table]).joinpath(f"{table}.csv").unlink()
    columns = {name: [text] for name, text in GOOD_ROWS[table].items()}
    write_parquet(tmp_path / f"{table}.parquet", columns | {column.name: UNFIT_TYPES[column.kind]})
    (error,) = plan_folder(tmp_path).errors
    assert error.startswith(f"{table}.parquet: column {column.name} is of type ")
    assert f"the contract wants {column.kind}: write " in error


def test_attribute_of_a_type_that_cannot_be(tmp_path: Path) -> None:
    write_world(tmp_path).joinpath("leads.csv").unlink()
    columns = {"lead_id": ["l1"], "created_at": ["2025-01-01"], "x_tags": [["a", "b"]]}
    write_parquet(tmp_path / "leads.parquet", columns)
    (error,) = plan_folder(tmp_path).errors
    assert "column x_tags is of type VARCHAR[], and an x_ column must be" in error


def test_attributes_pass_through(tmp_path: Path) -> None:
    write_world(tmp_path).joinpath("leads.csv").unlink()
    write_parquet(
        tmp_path / "leads.parquet",
        {
            "lead_id": ["l1", "l2"],
            "created_at": ["2025-01-01"] * 2,
            "X_Score": [1.0, float("nan")],
            "x_is_vip": [True, None],
            "x_plan": [" gold ", ""],
            "x_since": pa.array([0, None], pa.date32()),
            "x_nothing": pa.nulls(2),
        },
    )
    assert read(tmp_path, "leads", "x_attributes") == [
        ({"x_score": "1", "x_is_vip": "true", "x_plan": "gold", "x_since": "1970-01-01"},),
        ({},),
    ]


def test_attributes_are_for_leads_and_accounts_only(tmp_path: Path) -> None:
    world_of(tmp_path, "notes", GOOD_ROWS["notes"] | {"x_mood": "good"})
    assert plan_folder(tmp_path).warnings == [
        "notes.csv: not in the contract and not read: x_mood."
    ]


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_every_column_is_there_and_typed_whatever_was_given(tmp_path: Path, table: str) -> None:
    absent = plan_folder(write_world(tmp_path / "absent")).views[table]
    write_csv(tmp_path / "given" / f"{table}.csv", [GOOD_ROWS[table]])
    given = plan_folder(write_world(tmp_path / "given")).views[table]
    described = [duckdb.sql(f"describe {view}").fetchall() for view in (absent, given)]
    assert described[0] == described[1]
    wanted = {
        column.name: column.kind.sql_type.upper()
        for column in next(t for t in TABLES if t.name == table).columns
    }
    assert wanted.items() <= {name: kind for name, kind, *_ in described[1]}.items()
