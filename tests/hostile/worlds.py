"""The good folder that is then spoilt: a few rows of each table, every column filled in."""

import csv
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadhouse.inputs.contract import TABLES, Column, Kind

COUNT_ROWS = 6
FORMS = ("csv", "csv.gz", "parquet")
REQUIRED = tuple(table.name for table in TABLES if table.is_required)
OPTIONAL = tuple(table.name for table in TABLES if not table.is_required)

# A table as it will be written: columns in order, names as the file is to have them.
Columns = list[tuple[str, Sequence | pa.Array]]

_CHOICES = {
    "outcome": ("won", "lost", "disqualified"),
    "verdict": ("good_fit", "bad_fit"),
    "entity": ("lead", "account"),
    "attribute": ("job_title", "country"),
}
_IDS = {"lead_id": "l", "entity_id": "l", "account_id": "a", "anonymous_id": "v"}
_TEXTS = ('says "yes", twice', "Zoë; Müller | 日本", "two\nlines", "plain", "")
_ARROW_TYPES = {
    Kind.TIME: pa.timestamp("us"),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
}


def good_columns(table: str) -> Columns:
    """All columns of a table of the contract, as text, so that each row is used."""
    [contract] = [entry for entry in TABLES if entry.name == table]
    return [
        (column.name, [_good_value(table, column, row) for row in range(COUNT_ROWS)])
        for column in contract.columns
    ]


def typed(table: str, columns: Columns) -> Columns:
    """The columns as Parquet has them: times, numbers and booleans of their own types."""
    [contract] = [entry for entry in TABLES if entry.name == table]
    kinds = {column.name: column.kind for column in contract.columns}
    return [
        (name, pa.array(v).cast(_ARROW_TYPES.get(kinds[name], pa.string()))) for name, v in columns
    ]


def write_table(
    folder: Path, table: str, form: str, columns: Columns, delimiter: str = ","
) -> Path:
    """Writes a table in one of FORMS; gives the file."""
    file = folder / f"{table}.{form}"
    if form == "parquet":
        arrays = [pa.array(values) for _, values in columns]
        pq.write_table(pa.Table.from_arrays(arrays, [name for name, _ in columns]), file)
        return file
    opened = gzip.open if form == "csv.gz" else open
    with opened(file, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow([name for name, _ in columns])
        writer.writerows(zip(*(values for _, values in columns), strict=True))
    return file


def write_good(folder: Path, forms: Mapping[str, str], delimiter: str = ",") -> Path:
    """A good folder of the required tables and of those in `forms`, each in its form."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in dict.fromkeys((*REQUIRED, *forms)):
        form = forms.get(table, "csv")
        columns = good_columns(table)
        if form == "parquet":
            columns = typed(table, columns)
        write_table(folder, table, form, columns, delimiter)
    return folder


def _good_value(table: str, column: Column, row: int) -> str:
    if column.name in _CHOICES:
        value = _CHOICES[column.name][row % len(_CHOICES[column.name])]
    elif column.name in _IDS:
        value = f"{_IDS[column.name]}{row}"
    elif column.kind is Kind.TIME:
        minute = 30 if column.name == "received_at" else 10
        value = f"2025-03-{row + 1:02d} 09:{minute}:00"
    elif column.kind is Kind.NUMBER:
        value = str(row + 0.5)
    elif column.kind is Kind.BOOLEAN:
        value = "true" if row % 2 else "false"
    elif column.kind is Kind.JSON:
        value = '{"a": [1, "b"]}'
    elif column.is_required:
        value = f"{column.name} {table} {row}"
    else:
        value = _TEXTS[row % len(_TEXTS)]
    return value
