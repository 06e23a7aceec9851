"""DuckDB's types in PostgreSQL: which holds the same values, and how they are written for it."""

import re
from dataclasses import dataclass

from duckdb.sqltypes import DuckDBPyType

from leadhouse.inputs.sql import identifier

# As PostgreSQL's format_type writes them, so that a table can be compared with what it should be.
_SAME = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "integer",
    "INTEGER": "integer",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(39,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "BLOB": "bytea",
    "UUID": "uuid",
    "DATE": "date",
    "TIME": "time without time zone",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "INTERVAL": "interval",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


@dataclass(frozen=True)
class Column:
    """A column for PostgreSQL: its name and type there, and DuckDB's SQL for its values as text."""

    name: str
    type: str
    text: str


def postgres_column(name: str, duckdb_type: DuckDBPyType) -> Column:
    """The column of PostgreSQL that holds the values of one of DuckDB.

    Numbers, times, text, bytes and lists of them have a type that holds the same; all else
    (structs, maps, lists of lists) becomes json. Text cannot hold a zero byte in PostgreSQL: the
    character U+FFFD stands in its place.
    """
    value = identifier(name)
    if duckdb_type.id == "list":
        [(_, of)] = duckdb_type.children
        element_type = _scalar(of)
        if element_type:
            return Column(name, f"{element_type}[]", _array(value, of))
    scalar_type = _scalar(duckdb_type)
    if scalar_type:
        return Column(name, scalar_type, _text(value, duckdb_type))
    return Column(name, "json", f"to_json({value})::varchar")


def _scalar(duckdb_type: DuckDBPyType) -> str | None:
    decimal = _DECIMAL.fullmatch(str(duckdb_type))
    if decimal:
        return "numeric({},{})".format(*decimal.groups())
    return "text" if duckdb_type.id == "enum" else _SAME.get(str(duckdb_type))


def _text(value: str, duckdb_type: DuckDBPyType) -> str:
    if duckdb_type.id == "blob":
        return f"'\\x' || hex({value})"
    if _scalar(duckdb_type) == "text":
        return f"replace({value}::varchar, chr(0), '\ufffd')"
    return f"{value}::varchar"


def _array(value: str, element_type: DuckDBPyType) -> str:
    element = _text("element", element_type)
    quoted = f"""'"' || replace(replace({element}, '\\', '\\\\'), '"', '\\"') || '"'"""
    elements = f"list_transform({value}, lambda element: coalesce({quoted}, 'NULL'))"
    return f"'{{' || array_to_string({elements}, ',') || '}}'"
