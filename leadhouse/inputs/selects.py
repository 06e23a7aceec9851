"""The SELECT behind a raw view.

Its columns: all of the contract, typed; `x_attributes` where the table takes them;
`unparsable_values` (what was there and could not be read); `source_file`; `row_text` (the row as it
was, as JSON). All are plain expressions over the scan: DuckDB computes those that a query asks for.
"""

from leadhouse.inputs import parse
from leadhouse.inputs.contract import Column, Table
from leadhouse.inputs.layouts import SourceColumn
from leadhouse.inputs.scans import Scan
from leadhouse.inputs.sql import identifier, literal

ATTRIBUTE_PREFIX = "x_"
_FAILURES = "struct(column_name varchar, value_text varchar)[]"


def raw_select(table: Table, scans: list[Scan]) -> str:
    """One SELECT for each scan, put together; without any, a SELECT of no rows."""
    if not scans:
        return _empty_select(table)
    return "\nunion all\n".join(_scan_select(table, scan) for scan in scans)


def attributes(table: Table, scan: Scan) -> list[SourceColumn]:
    """The columns of a scan that pass through as features."""
    if not table.takes_attributes:
        return []
    return [column for column in scan.columns if column.canonical_name.startswith(ATTRIBUTE_PREFIX)]


def _scan_select(table: Table, scan: Scan) -> str:
    sources = {source.canonical_name: source for source in scan.columns}
    expressions = {
        column.name: _value(column, sources.get(column.name)) for column in table.columns
    }
    if table.takes_attributes:
        expressions["x_attributes"] = _attribute_map(attributes(table, scan))
    expressions["unparsable_values"] = _unparsable_values(table, sources)
    expressions["source_file"] = scan.source_file
    expressions["row_text"] = _row_text(scan)
    return _select(expressions) + f"\nfrom {scan.relation}"


def _empty_select(table: Table) -> str:
    types = {column.name: column.kind.sql_type for column in table.columns}
    if table.takes_attributes:
        types["x_attributes"] = "map(varchar, varchar)"
    types |= {"unparsable_values": _FAILURES, "source_file": "varchar", "row_text": "varchar"}
    nulls = {name: f"cast(null as {sql_type})" for name, sql_type in types.items()}
    return _select(nulls) + "\nwhere false"


def _select(expressions: dict[str, str]) -> str:
    return "select\n    " + ",\n    ".join(f"{sql} as {name}" for name, sql in expressions.items())


def _value(column: Column, source: SourceColumn | None) -> str:
    if source is None:
        return f"cast(null as {column.kind.sql_type})"
    return parse.parsed(column.kind, _present(source), source.sql_type)


def _present(source: SourceColumn) -> str:
    return parse.present(identifier(source.identifier), source.sql_type)


def _attribute_map(sources: list[SourceColumn]) -> str:
    entries = ", ".join(
        f"struct_pack(k := {literal(source.canonical_name)},"
        f" v := {parse.text(_present(source), source.sql_type)})"
        for source in sources
    )
    with_value = f"list_filter([{entries}], lambda entry: entry.v is not null)"
    entry_map = f"map_from_entries({with_value})" if sources else "map {}"
    return f"cast({entry_map} as map(varchar, varchar))"


def _unparsable_values(table: Table, sources: dict[str, SourceColumn]) -> str:
    """The list is made only for rows in which something failed: nearly none, so it costs little."""
    failures = {}
    for column in table.columns:
        source = sources.get(column.name)
        if source and parse.can_fail(column.kind, source.sql_type):
            has_failed = f"({_present(source)} is not null and {_value(column, source)} is null)"
            value_text = f"cast({identifier(source.identifier)} as varchar)"
            failures[has_failed] = (
                f"struct_pack(column_name := {literal(column.name)}, value_text := {value_text})"
            )
    none = f"cast([] as {_FAILURES})"
    if not failures:
        return none
    candidates = ", ".join(f"case when {test} then {value} end" for test, value in failures.items())
    return (
        f"case when {' or '.join(failures)}"
        f" then list_filter([{candidates}], lambda failure: failure is not null)"
        f" else {none} end"
    )


def _row_text(scan: Scan) -> str:
    pairs = ", ".join(
        f"{literal(source.name)}, {identifier(source.identifier)}" for source in scan.columns
    )
    return f"cast(json_object({pairs}) as varchar)"
