"""Folders that are well-formed and odd: in columns, values, relations and clocks, by hypothesis."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hypothesis import strategies as st

from leadhouse.inputs.contract import TABLES, Kind
from tests.hostile.oddities import ARRAYS, HOSTILE_NAMES, HOSTILE_TEXTS, HOSTILE_TIMES
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
                (*HOSTILE_NAMES, name.upper(), f" {name} ", name[:-1], name.replace("_", "-"))
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
        columns[place] = (columns[place][0], draw(st.sampled_from(list(ARRAYS.values()))))
    if draw(st.booleans()):
        columns.append(("x_odd", draw(st.sampled_from(list(ARRAYS.values())))))
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
    return st.one_of(texts, st.sampled_from(list(ARRAYS.values()))) if form == "parquet" else texts


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
