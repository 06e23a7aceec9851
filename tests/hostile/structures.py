"""Folders that are well-formed and odd: in columns, values, relations and clocks, by hypothesis."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from hypothesis import strategies as st

from leadhouse.inputs.contract import TABLES, Kind
from tests.hostile.worlds import (
    COUNT_ROWS,
    FORMS,
    REQUIRED,
    Columns,
    good_columns,
    typed,
    write_table,
)

TABLE_NAMES = [table.name for table in TABLES]
_KINDS = {(table.name, column.name): column.kind for table in TABLES for column in table.columns}

HOSTILE_TEXTS = (
    '=cmd|"/c calc"!A1',
    "+1+1",
    "@SUM(A1:A9)",
    "-2+3",
    "\t=1+1",
    "'; drop table main_raw.leads; --",
    "' or 1=1 --",
    "\"); attach 'x.db'; --",
    "{{ run_query('select 1') }}",
    "{% raw %}",
    "%s %(x)s {0} $1 ?",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\u202egnp.exe",
    "e\u0301" * 20,
    "Z\u0351\u0346\u0304a\u0334l\u0337g\u0338o\u0336",
    "\u200b\u200c\u200d\ufeff",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\u0000",
    "a\u0000b",
    "\u001b[31mred\u001b[0m",
    "\u0085\u2028\u2029",
    "\u00a0",
    "\ufffd\ufffe\uffff\U0010ffff",
    "İSTANBUL ß ﬁ K",
    "NULL",
    "null",
    "None",
    "NaN",
    "\\N",
    "\\",
    "''",
    '""',
    ",;|\t",
    "line\r\nend\rand\n",
    " ",
    "",
    "x" * 70_000,
    "{" * 500,
    "0",
    "-0",
    "1e308",
    "-1e308",
    "1e309",
    "1e-320",
    "9" * 400,
    "9223372036854775808",
    "340282366920938463463374607431768211456",
    "inf",
    "-Infinity",
    "1_000",
    "1,5",
    "٣٤",
    "½",
    "0x1F",
    "true",
    "TRUE ",
    "2",
    "{}",
    "[" * 2000 + "]" * 2000,
    '{"a": 1e999}',
    '{"a": "\\ud800"}',
    '{"a": 1, "a": 2}',
    "won",
    "lead_id",
)
HOSTILE_TIMES = (
    "0001-01-01",
    "0000-00-00",
    "-0044-03-15",
    "1582-10-10",
    "1900-02-29",
    "1969-12-31 23:59:59.999999",
    "1970-01-01",
    "1970-01-01T00:00:00+14:00",
    "2000-02-29T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "2025-03-30 02:30:00 Europe/Berlin",
    "2025-03-30T02:30:00+01:00",
    "2025-10-26T02:30:00+02:00",
    "2025-03-04T09:30:00-00:00",
    "2025-03-04T09:30:00+14:59",
    "2025-03-04T09:30:00.1234567890123456789Z",
    "2038-01-19T03:14:08Z",
    "2262-04-12",
    "9999-12-31T23:59:59.999999-14:00",
    "10000-01-01",
    "290309-12-22 (BC) 00:00:00",
    "294247-01-10",
    "infinity",
    "-infinity",
    "epoch",
    "now",
    "1741080600",
    "1741080600000",
    "45720.5",
    "٢٠٢٥-٠٣-٠٤",
    "2025-03-04T09:30:00Z Z UTC",
    "2025-W10-2",
)
# Names that a header may bear: near the contract's, or out to break what is made of them.
_HOSTILE_NAMES = (
    "",
    " ",
    "Lead ID",
    "LEAD-ID",
    "lead_id ",
    "lead id",
    "leadid",
    "x_",
    "x_a",
    "X_A",
    "x_ä",
    "x_'; drop table leads; --",
    'x_"quoted"',
    "x_{{ 1/0 }}",
    "x_%s",
    "x_" + "long" * 500,
    "x_\U0001f986",
    "x_\u0000",
    "source_file",
    "row_text",
    "x_attributes",
    "unparsable_values",
    "known_at",
    "filename",
    "rowid",
    "leadhouse: path of the file",
    "select",
    "*",
    "a.b",
    "\u001b[31m",
    "two\nlines",
    "k",
    "v",
    "name" * 30_000,
)
_ARRAYS = {
    "int64 extremes": pa.array([-(2**63), 2**63 - 1, 0, 1, -1, None]),
    "uint64 extremes": pa.array([0, 2**64 - 1, 1, 2, 3, None], pa.uint64()),
    "int8": pa.array([-128, 127, 0, 1, 2, None], pa.int8()),
    "float extremes": pa.array([float("inf"), float("-inf"), float("nan"), 1.8e308, 5e-324, None]),
    "float32": pa.array([3.4e38, float("nan"), -0.0, 1.5, float("inf"), None], pa.float32()),
    "float16": pa.array([1.5, 65504.0, 0.0, -1.0, 2.0, None], pa.float16()),
    "decimal128": pa.array(
        [Decimal(10) ** 37, Decimal(-1), Decimal(0), Decimal(1), Decimal(2), None],
        pa.decimal128(38, 0),
    ),
    "decimal256": pa.array(
        [Decimal(10) ** 70, Decimal(-1), Decimal(0), Decimal(1), Decimal(2), None],
        pa.decimal256(76, 2),
    ),
    "boolean": pa.array([True, False, None, True, False, None]),
    "date32 extremes": pa.array([-(2**31), 2**31 - 1, 0, -719162, 2932896, None], pa.int32()).cast(
        pa.date32()
    ),
    "date64": pa.array([0, 86_400_000, None, 253402214400000, 1, 2], pa.int64()).cast(pa.date64()),
    "timestamp s": pa.array([-(2**40), 2**40, 0, 1741080600, 253402300800, None], pa.int64()).cast(
        pa.timestamp("s")
    ),
    "timestamp ms": pa.array([-(2**53), 2**53, 0, 1741080600000, -1, None], pa.int64()).cast(
        pa.timestamp("ms")
    ),
    "timestamp us": pa.array(
        [-(2**63) + 1, 2**63 - 1, 0, -(2**62), 1741080600000000, None], pa.int64()
    ).cast(pa.timestamp("us")),
    "timestamp ns": pa.array(
        [-(2**63) + 1, 2**63 - 1, 0, 1, 1741080600000000000, None], pa.int64()
    ).cast(pa.timestamp("ns")),
    "timestamp us, zone": pa.array(
        [-(2**63) + 1, 2**63 - 1, 0, -(2**62), 1741080600000000, None], pa.int64()
    ).cast(pa.timestamp("us", "Europe/Berlin")),
    "timestamp ns, zone": pa.array([0, 1, 2, 3, 1741080600000000000, None], pa.int64()).cast(
        pa.timestamp("ns", "UTC")
    ),
    "time32": pa.array([0, 1, 2, 3, 86399, None], pa.int32()).cast(pa.time32("s")),
    "time64": pa.array([0, 1, 2, 3, 86_399_999_999, None], pa.int64()).cast(pa.time64("us")),
    "duration": pa.array([0, 1, 2, 3, -1, None], pa.int64()).cast(pa.duration("us")),
    "null": pa.nulls(COUNT_ROWS),
    "binary": pa.array([b"\xff\xfe", b"", b"\0", b"l1", b"l2", None]),
    "large string": pa.array(["l0", "l1", "", "\0", "é", None], pa.large_string()),
    "string view": pa.array(["l0", "l1", "", "\0", "é", None], pa.string_view()),
    "dictionary": pa.array(["l0", "l1", "l1", "", "é", None]).dictionary_encode(),
    "invalid UTF-8 in a string": pa.Array.from_buffers(
        pa.string(), 6, pa.array([b"l0", b"l\xff", b"\xc3", b"l3", b"l4", b"l5"]).buffers()
    ),
    "list": pa.array([[1], [], None, [2, None], [3], [4]]),
    "struct": pa.array([{"a": 1}, {"a": None}, None, {"a": 2}, {"a": 3}, {"a": 4}]),
    "map": pa.array(
        [[("a", 1)], [], None, [("b", None)], [("c", 2)], []], pa.map_(pa.string(), pa.int64())
    ),
    "nested": pa.array([[{"a": [{"b": "x"}]}], [], None, [], [], []]),
    "uuid": pa.array([bytes(16)] * 6, pa.uuid()),
    "json": pa.array(['{"a": 1}', "[]", "null", "{", "", None], pa.json_()),
}


@dataclass(frozen=True)
class File:
    """One table as it will be written."""

    columns: Columns
    form: str = "csv"
    delimiter: str = ","


World = Mapping[str, File]


def write_files(folder: Path, world: World) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for table, file in world.items():
        write_table(folder, table, file.form, file.columns, file.delimiter)
    return folder


@st.composite
def worlds_with_odd_columns(draw: st.DrawFn) -> World:
    """Columns missing, renamed, twice, added, moved, of other types."""
    table = draw(st.sampled_from(TABLE_NAMES))
    form = draw(st.sampled_from(FORMS))
    columns = good_columns(table)
    if form == "parquet" and draw(st.booleans()):
        columns = typed(table, columns)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(columns) - 1))
        name, values = columns[place]
        other_name = draw(
            st.sampled_from(
                (*_HOSTILE_NAMES, name.upper(), f" {name} ", name[:-1], name.replace("_", "-"))
            )
        )
        match draw(st.sampled_from(("drop", "rename", "repeat", "add", "move", "retype"))):
            case "drop" if len(columns) > 1:
                del columns[place]
            case "rename":
                columns[place] = (other_name, values)
            case "repeat":
                columns.append((draw(st.sampled_from((name, other_name))), values))
            case "add":
                columns.insert(place, (other_name, draw(_values(form))))
            case "move":
                columns.insert(0, columns.pop(place))
            case "retype":
                columns[place] = (name, draw(_values(form)))
    return _others(draw, table) | {table: File(columns, form, draw(st.sampled_from(",;\t|")))}


@st.composite
def worlds_with_odd_values(draw: st.DrawFn) -> World:
    """Texts, numbers and times that no form would take, here and there."""
    world = _others(draw, draw(st.sampled_from(TABLE_NAMES)))
    for table in draw(st.lists(st.sampled_from(list(world)), min_size=1, max_size=2)):
        columns = [(name, list(values)) for name, values in world[table].columns]
        for _ in range(draw(st.integers(1, 8))):
            name, values = draw(st.sampled_from(columns))
            values[draw(st.integers(0, COUNT_ROWS - 1))] = draw(_odd_text(_KINDS[table, name]))
        world[table] = File(columns, draw(st.sampled_from(FORMS)), draw(st.sampled_from(",;\t|")))
    return world


@st.composite
def worlds_of_odd_types(draw: st.DrawFn) -> World:
    """Parquet of every type there is, at the ends of its range."""
    table = draw(st.sampled_from(TABLE_NAMES))
    columns = typed(table, good_columns(table))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(columns) - 1))
        columns[place] = (columns[place][0], draw(st.sampled_from(list(_ARRAYS.values()))))
    if draw(st.booleans()):
        columns.append(("x_odd", draw(st.sampled_from(list(_ARRAYS.values())))))
    return _others(draw, table) | {table: File(columns, "parquet")}


@st.composite
def worlds_with_odd_relations(draw: st.DrawFn) -> World:
    """Few ids, used for everything: duplicates, cycles, strangers, visitors of many leads."""
    ids = st.sampled_from(("l0", "l1", "l2", "L1", "v0", "a0", "nobody", ""))
    world = _others(draw, *draw(st.lists(st.sampled_from(TABLE_NAMES), max_size=4)))
    for table in world:
        columns = [(name, list(values)) for name, values in world[table].columns]
        length = draw(st.integers(1, 25))
        for place, (name, values) in enumerate(columns):
            cells = st.sampled_from(list(dict.fromkeys(values)))
            if name.endswith("_id"):
                cells = ids
            elif name == "email":
                cells = st.sampled_from(("a@x.com", "b@x.com", "A@X.com", "info@x.com", ""))
            columns[place] = (name, draw(st.lists(cells, min_size=length, max_size=length)))
        world[table] = File(columns)
    return world


@st.composite
def worlds_with_odd_clocks(draw: st.DrawFn) -> World:
    """Times of any year, zone and form, in every column that holds a time."""
    world = _others(draw, draw(st.sampled_from(TABLE_NAMES)))
    for table in world:
        columns = [
            (name, draw(st.lists(_odd_times(), min_size=COUNT_ROWS, max_size=COUNT_ROWS)))
            if _KINDS[table, name] is Kind.TIME and draw(st.booleans())
            else (name, values)
            for name, values in world[table].columns
        ]
        world[table] = File(columns, draw(st.sampled_from(("csv", "parquet"))))
    return world


STRUCTURES: Mapping[str, st.SearchStrategy[World]] = {
    "columns": worlds_with_odd_columns(),
    "values": worlds_with_odd_values(),
    "types": worlds_of_odd_types(),
    "relations": worlds_with_odd_relations(),
    "clocks": worlds_with_odd_clocks(),
}


def _others(draw: st.DrawFn, *tables: str) -> dict[str, File]:
    return {table: File(good_columns(table)) for table in dict.fromkeys((*REQUIRED, *tables))}


def _values(form: str) -> st.SearchStrategy:
    texts = st.lists(st.sampled_from(HOSTILE_TEXTS), min_size=COUNT_ROWS, max_size=COUNT_ROWS)
    return st.one_of(texts, st.sampled_from(list(_ARRAYS.values()))) if form == "parquet" else texts


def _odd_text(kind: Kind) -> st.SearchStrategy[str]:
    texts = st.one_of(
        st.sampled_from(HOSTILE_TEXTS),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    )
    match kind:
        case Kind.TIME:
            return st.one_of(_odd_times(), texts)
        case Kind.NUMBER:
            return st.one_of(st.floats().map(str), st.integers(-(10**40), 10**40).map(str), texts)
    return texts


def _odd_times() -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(HOSTILE_TIMES),
        st.datetimes(datetime.min, datetime.max).map(str),
        st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)).map(str),
        st.tuples(
            st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 31)),
            st.sampled_from(
                ("Z", " UTC", "+05:45", "-11", "+1400", "-99:99", "+24:00", " Asia/Tokyo")
            ),
        ).map(lambda pair: f"{pair[0].isoformat()}{pair[1]}"),
    )
