"""Values: read in the formats of docs/inputs.md, else null and counted, never guessed."""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhouse.inputs.functions import parse_time
from leadhouse.inputs.parse import time_from_text
from tests.inputs.worlds import GOOD_ROWS, read, write_parquet, write_world

MOMENT = datetime(2025, 3, 4, 9, 30)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-04", datetime(2025, 3, 4)),
        ("2025-03-04 09:30", MOMENT),
        ("2025-03-04 09:30:00", MOMENT),
        ("2025-03-04T09:30:00", MOMENT),
        ("2025-03-04T09:30:00.25", MOMENT.replace(microsecond=250_000)),
        ("2025-03-04T09:30:00.123456789", MOMENT.replace(microsecond=123_456)),
        ("2025-03-04T09:30Z", MOMENT),
        ("2025-03-04 09:30:00 UTC", MOMENT),
        ("2025-03-04T09:30:00.000Z", MOMENT),
        ("2025-03-04T11:30:00+02:00", MOMENT),
        ("2025-03-04 11:30:00 +0200", MOMENT),
        ("2025-03-04 11:30:00+02", MOMENT),
        ("2025-03-04T11:30+02:00", MOMENT),
        ("2025-03-04T04:00:00-05:30", MOMENT),
        ("2025-03-04 15:15:00.5+05:45", MOMENT.replace(microsecond=500_000)),
        (" 2025-03-04 09:30:00 ", MOMENT),
        ("03/04/2025", None),
        ("04.03.2025 09:30", None),
        ("2025/03/04", None),
        ("2025-3-4", None),
        ("4 March 2025", None),
        ("2025-02-30", None),
        ("2025-03-04 25:00:00", None),
        ("2025-03-04 09:30:00 Europe/Paris", None),
        ("2025-03-04 09:30:00+99:00", None),
        ("2025-03-04 09:30:00 PM", None),
        ("2025-W10-2", None),
        ("20250304", None),
        ("1741080600", None),
        ("1741080600000", None),
        ("45720", None),
        ("infinity", None),
        ("epoch", None),
        ("now", None),
        ("today", None),
        ("yesterday", None),
        ("n/a", None),
    ],
)
def test_times(tmp_path: Path, text: str, moment: datetime | None) -> None:
    write_world(tmp_path, accounts=[GOOD_ROWS["accounts"] | {"last_funding_at": text}])
    failures = [] if moment else [{"column_name": "last_funding_at", "value_text": text}]
    columns = "last_funding_at, unparsable_values"
    assert read(tmp_path, "accounts", columns) == [(moment, failures)]
    assert parse_time(text) == moment


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FORMATS = ["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d %H:%M:%S.%f %z", "%Y-%m-%d %H:%M:%S.%f%:z"]
SESSION_ZONES = ["UTC", "America/St_Johns", "Asia/Kolkata", "Pacific/Kiritimati"]


@given(
    local=st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 31)),
    offset=OFFSETS,
    separator=st.sampled_from("T "),
    gap=st.sampled_from(["", " "]),
    colon=st.sampled_from(["", ":"]),
    session_zone=st.sampled_from(SESSION_ZONES),
)
@settings(max_examples=300, deadline=None)
def test_times_agree_with_python(
    *, local: datetime, offset: timezone, separator: str, gap: str, colon: str, session_zone: str
) -> None:
    """Whatever the offset, the form and the time zone of the session."""
    aware = local.replace(tzinfo=offset)
    sign_hours, minutes = aware.strftime("%z")[:3], aware.strftime("%z")[3:5]
    zoned = local.isoformat(separator, "microseconds") + gap + sign_hours + colon + minutes
    plain = local.isoformat(separator)
    with duckdb.connect() as connection:
        connection.execute(f"set timezone = '{session_zone}'")
        found = connection.execute(
            f"select {time_from_text('$1')}, {time_from_text('$2')}", [zoned, plain]
        ).fetchone()
    assert found == (aware.astimezone(UTC).replace(tzinfo=None), local)


PARQUET_TIMES = {
    "seconds": pa.array([MOMENT], pa.timestamp("s")),
    "millis": pa.array([MOMENT], pa.timestamp("ms")),
    "micros": pa.array([MOMENT], pa.timestamp("us")),
    "nanos": pa.array([MOMENT], pa.timestamp("ns")),
    "utc": pa.array([MOMENT], pa.timestamp("us", "UTC")),
    "zoned": pa.array([MOMENT], pa.timestamp("us", "America/New_York")),
    "zoned_nanos": pa.array([MOMENT], pa.timestamp("ns", "Asia/Tokyo")),
    "text": pa.array(["2025-03-04T10:30:00+01:00"]),
    "category": pa.array(["2025-03-04T10:30:00+01:00"]).dictionary_encode(),
}


@pytest.mark.parametrize("array", PARQUET_TIMES.values(), ids=PARQUET_TIMES)
def test_times_of_parquet(tmp_path: Path, array: pa.Array) -> None:
    write_world(tmp_path).joinpath("leads.csv").unlink()
    write_parquet(tmp_path / "leads.parquet", {"lead_id": ["l1"], "created_at": array})
    assert read(tmp_path, "leads", "created_at") == [(MOMENT,)]


def test_date_of_parquet_is_its_first_moment_in_utc(tmp_path: Path) -> None:
    write_world(tmp_path).joinpath("leads.csv").unlink()
    days = pa.array([date(2025, 3, 4)])
    write_parquet(tmp_path / "leads.parquet", {"lead_id": ["l1"], "created_at": days})
    assert read(tmp_path, "leads", "created_at") == [(datetime(2025, 3, 4),)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("250", 250.0),
        (" 250.0 ", 250.0),
        ("-1.5", -1.5),
        ("+.5", 0.5),
        ("1e3", 1000.0),
        ("0", 0.0),
        ("1,234", None),
        ("1.234,56", None),
        ("1_000", None),
        ("$5", None),
        ("50%", None),
        ("1k", None),
        ("1-10", None),
        ("inf", None),
        ("nan", None),
        ("1e999", None),
        ("0x10", None),
    ],
)
def test_numbers(tmp_path: Path, text: str, number: float | None) -> None:
    write_world(tmp_path, accounts=[GOOD_ROWS["accounts"] | {"annual_revenue": text}])
    is_read = number is not None
    failures = [] if is_read else [{"column_name": "annual_revenue", "value_text": text}]
    columns = "annual_revenue, unparsable_values"
    assert read(tmp_path, "accounts", columns) == [(number, failures)]


PARQUET_NUMBERS = {
    "int8": (pa.array([7], pa.int8()), 7.0),
    "uint64": (pa.array([7], pa.uint64()), 7.0),
    "float": (pa.array([7.5], pa.float32()), 7.5),
    "decimal": (pa.array([Decimal("7.25")]), 7.25),
    "text": (pa.array(["7"]), 7.0),
    "nan": (pa.array([math.nan]), None),
    "null": (pa.nulls(1), None),
}


@pytest.mark.parametrize(("array", "number"), PARQUET_NUMBERS.values(), ids=PARQUET_NUMBERS)
def test_numbers_of_parquet(tmp_path: Path, array: pa.Array, number: float | None) -> None:
    write_parquet(
        write_world(tmp_path) / "accounts.parquet", {"account_id": ["a"], "annual_revenue": array}
    )
    columns = "annual_revenue, unparsable_values"
    assert read(tmp_path, "accounts", columns) == [(number, [])]


def test_infinity_in_parquet_is_counted(tmp_path: Path) -> None:
    columns = {"account_id": ["a", "b"], "annual_revenue": [math.inf, 1.0]}
    write_parquet(write_world(tmp_path) / "accounts.parquet", columns)
    assert read(tmp_path, "accounts", "annual_revenue, unparsable_values") == [
        (None, [{"column_name": "annual_revenue", "value_text": "inf"}]),
        (1.0, []),
    ]


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        *[("true", True), ("T", True), ("Yes", True), ("1", True)],
        *[("FALSE", False), ("n", False), ("0", False)],
        *[("on", None), ("2", None), ("maybe", None), ("", None)],
    ],
)
def test_booleans(tmp_path: Path, text: str, truth: bool | None) -> None:
    write_world(tmp_path, leads=[GOOD_ROWS["leads"] | {"is_deleted": text}])
    was_lost = bool(text) and truth is None
    assert read(tmp_path, "leads", "is_deleted, len(unparsable_values) > 0") == [(truth, was_lost)]


def test_booleans_of_parquet(tmp_path: Path) -> None:
    write_world(tmp_path).joinpath("leads.csv").unlink()
    columns = {"lead_id": list("abc"), "created_at": ["2025-01-01"] * 3}
    write_parquet(tmp_path / "leads.parquet", columns | {"is_deleted": [1, 0, 2]})
    assert read(tmp_path, "leads", "is_deleted, len(unparsable_values)") == [
        (True, 0),
        (False, 0),
        (None, 1),
    ]


@pytest.mark.parametrize(
    ("text", "is_read"), [('{"a": 1}', True), ("[1]", True), ("{a: 1}", False), ("{", False)]
)
def test_json(tmp_path: Path, text: str, is_read: bool) -> None:
    write_world(tmp_path, events=[GOOD_ROWS["events"] | {"properties": text}])
    assert read(tmp_path, "events", "properties, len(unparsable_values)") == [
        (text, 0) if is_read else (None, 1)
    ]


def test_struct_of_parquet_is_json(tmp_path: Path) -> None:
    write_world(tmp_path).joinpath("events.csv").unlink()
    columns = {name: [text] for name, text in GOOD_ROWS["events"].items()}
    write_parquet(tmp_path / "events.parquet", columns | {"properties": [{"a": [1, None]}]})
    assert read(tmp_path, "events", "properties") == [('{"a":[1,null]}',)]


PARQUET_IDS = {
    "whole": (pa.array([123]), "123"),
    "float": (pa.array([123.0]), "123"),
    "large float": (pa.array([9007199254740991.0]), "9007199254740991"),
    "fraction": (pa.array([1.5]), "1.5"),
    "text": (pa.array([" 00123 "]), "00123"),
    "category": (pa.array(["b"]).dictionary_encode(), "b"),
    "uuid": (
        pa.array([UUID(int=5).bytes], pa.uuid()),
        "00000000-0000-0000-0000-000000000005",
    ),
}


@pytest.mark.parametrize(("array", "text"), PARQUET_IDS.values(), ids=PARQUET_IDS)
def test_ids_of_parquet(tmp_path: Path, array: pa.Array, text: str) -> None:
    """An id is the same text whatever type it was written as."""
    write_world(tmp_path).joinpath("leads.csv").unlink()
    write_parquet(tmp_path / "leads.parquet", {"lead_id": array, "created_at": ["2025-01-01"]})
    assert read(tmp_path, "leads", "lead_id") == [(text,)]


def test_row_text_is_the_row_as_it_was(tmp_path: Path) -> None:
    row = {"lead_id": " l1 ", "created_at": "03/04/2025", "memo": 'a "b"', "is_deleted": ""}
    write_world(tmp_path, leads=[row])
    assert read(tmp_path, "leads", "row_text") == [
        (r'{"lead_id":" l1 ","created_at":"03/04/2025","memo":"a \"b\"","is_deleted":null}',)
    ]
