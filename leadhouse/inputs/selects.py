"""The SELECT that reads a scan into the shape of a raw view.

Columns: every one of the contract, in its type; `x_attributes` where the table takes them;
`unparsable_values` (what was there and could not be read); `source_file`; `row_text` (the row as it was, JSON).
All are plain expressions over the scan: DuckDB computes only those that a query asks for.
"""

from leadhouse.inputs import parse
from leadhouse.inputs.contract import Column, Table
from leadhouse.inputs.layouts import Scan, SourceColumn, identifier, quoted

_UNPARSABLE = 'struct(column_name varchar, "text" varchar)'
ATTRIBUTE_PREFIX = "x_"


def raw_select(table: Table, scans: list[Scan]) -> str:
    """SQL of the raw view: one SELECT for each scan; a table without any is an empty view."""
    if not scans:
        return _empty_select(table)
    return "\nunion all\n".join(_scan_select(table, scan) for scan in scans)


def attributes(table: Table, scan: Scan) -> list[SourceColumn]:
    """The columns of a scan that pass through as features."""
    if not table.takes_attributes:
        return []
    return [column for column in scan.columns if column.canonical_name.startswith(ATTRIBUTE_PREFIX)]


def _scan_select(table: Table, scan: Scan) -> str:
    sources = {column.canonical_name: column for column in scan.columns}
    expressions = [
        f"{_value(column, sources.get(column.name))} as {column.name}" for column in table.columns
    ]
    if table.takes_attributes:
        expressions.append(f"{_attribute_map(attributes(table, scan))} as x_attributes")
    expressions += [
        f"{_unparsable_values(table, sources)} as unparsable_values",
        f"{scan.source_file} as source_file",
        f"{_row_text(scan)} as row_text",
    ]
    return "select\n    " + ",\n    ".join(expressions) + f"\nfrom {scan.relation}"


def _empty_select(table: Table) -> str:
    columns = {column.name: column.kind.sql_type for column in table.columns}
    if table.takes_attributes:
        columns["x_attributes"] = "map(varchar, varchar)"
    columns |= {
        "unparsable_values": f"{_UNPARSABLE}[]",
        "source_file": "varchar",
        "row_text": "varchar",
    }
    nulls = ",\n    ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    return f"select\n    {nulls}\nwhere false"


def _value(column: Column, source: SourceColumn | None) -> str:
    if source is None:
        return f"cast(null as {column.kind.sql_type})"
    return parse.parsed(column.kind, _present(source), source.sql_type)


def _present(source: SourceColumn) -> str:
    return parse.present(identifier(source.identifier), source.sql_type)


def _attribute_map(columns: list[SourceColumn]) -> str:
    if not columns:
        return "cast(map {} as map(varchar, varchar))"
    entries = ", ".join(
        f"struct_pack(k := {quoted(column.canonical_name)},"
        f" v := {parse.text(_present(column), column.sql_type)})"
        for column in columns
    )
    return f"map_from_entries(list_filter([{entries}], lambda entry: entry.v is not null))"


def _unparsable_values(table: Table, sources: dict[str, SourceColumn]) -> str:
    """Built only for rows in which something failed: nearly none, so it costs nearly nothing."""
    failures = []
    for column in table.columns:
        source = sources.get(column.name)
        if source is None or not parse.can_fail(column.kind, source.sql_type):
            continue
        present = _present(source)
        failed = f"{present} is not null and {_value(column, source)} is null"
        as_text = f"cast({identifier(source.identifier)} as varchar)"
        failures.append((column.name, failed, as_text))
    none = f"cast([] as {_UNPARSABLE}[])"
    if not failures:
        return none
    any_failed = " or ".join(f"({failed})" for _, failed, _ in failures)
    values = ", ".join(
        f'case when {failed} then struct_pack(column_name := {quoted(name)}, "text" := {as_text}) end'
        for name, failed, as_text in failures
    )
    return (
        f"case when {any_failed}"
        f" then list_filter([{values}], lambda failure: failure is not null)"
        f" else {none} end"
    )


def _row_text(scan: Scan) -> str:
    pairs = ", ".join(
        f"{quoted(column.name)}, {identifier(column.identifier)}" for column in scan.columns
    )
    return f"cast(json_object({pairs}) as varchar)"
