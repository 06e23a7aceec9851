"""The plan of a build's input: the SELECT behind each raw view, or why there can be none."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from leadhouse.inputs.arrivals import arrivals_of_files, arrivals_of_table
from leadhouse.inputs.contract import TABLES, Kind, Table
from leadhouse.inputs.files import Findings, find_files, unreadable_name
from leadhouse.inputs.layouts import SourceColumn
from leadhouse.inputs.memory import FileMemory
from leadhouse.inputs.parse import accepts, is_scalar
from leadhouse.inputs.scans import Scan, scan_files
from leadhouse.inputs.selects import ATTRIBUTE_PREFIX, attributes, raw_select
from leadhouse.texts import without_addresses

_ADVICE = {
    Kind.TEXT: "write text",
    Kind.TIME: "write a timestamp, a date or ISO 8601 text (of a number no one knows the unit)",
    Kind.NUMBER: "write a number, or its digits as text",
    Kind.BOOLEAN: "write a boolean, 0 or 1, or true or false as text",
    Kind.JSON: "write JSON text or a struct",
}


@dataclass(frozen=True)
class Plan:
    """What a build is to read.

    `views` has for each table of the contract the SELECT of its raw view, and those of
    `Arrivals`; none if `errors`. `files_seen` is for the next build to remember. `inputs` are the
    files, or tables, that the views read: `input_table`, `source_file` and, of files, what
    `FileMemory.identity` gives.
    """

    views: dict[str, str] = field(default_factory=dict)
    inputs: list[dict] = field(default_factory=list)
    files_seen: list[dict] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def plan_folder(
    folder: Path,
    allow_empty_tables: Iterable[str] = (),
    files_seen: Iterable[dict] = (),
    events_read: Mapping[str, str] | None = None,
) -> Plan:
    """The plan for a folder of input files. All that is wrong is found at once.

    `files_seen` is that of the plan before; `events_read` has the stamp of each file of events
    that the warehouse holds.
    """
    if not folder.is_dir():
        return Plan(
            errors=[f"There is no folder {folder}: raw_dir names the folder of your files."]
        )
    folder = folder.resolve()
    if why_not := unreadable_name(folder):
        return Plan(errors=[f"The folder {folder} has {why_not}: rename or move it."])
    findings = Findings()
    files = find_files(folder, findings)
    memory = FileMemory(files_seen)
    scans = {table: scan_files(folder, paths, findings, memory) for table, paths in files.items()}
    plan = plan_scans(scans, str(folder), allow_empty_tables, findings)
    if plan.errors:
        return plan
    arrivals = arrivals_of_files(folder, files.get("events", []), memory, events_read or {})
    inputs = [
        {
            "input_table": table,
            "source_file": str(file.relative_to(folder)),
            **memory.identity(file),
        }
        for table, paths in files.items()
        for file in paths
    ]
    return replace(
        plan,
        views=plan.views | arrivals.views(),
        inputs=inputs,
        files_seen=memory.entries(),
    )


def plan_schema(
    schema: str, scans: dict[str, list[Scan]], allow_empty_tables: Iterable[str] = ()
) -> Plan:
    """The plan for the tables of a schema."""
    plan = plan_scans(scans, f"schema {schema}", allow_empty_tables)
    if plan.errors:
        return plan
    arrivals = arrivals_of_table(plan.views["events"])
    inputs = [{"input_table": table, "source_file": table} for table in scans]
    return replace(plan, views=plan.views | arrivals.views(), inputs=inputs)


def plan_scans(
    scans: dict[str, list[Scan]],
    place: str,
    allow_empty_tables: Iterable[str] = (),
    findings: Findings | None = None,
) -> Plan:
    """The plan for what can be scanned: `scans` of each table that is there, `place` says where."""
    findings = findings or Findings()
    _check_allowance(allow_empty_tables, findings)
    for table in TABLES:
        if table.name in scans:
            for scan in scans[table.name]:
                _check_columns(table, scan, findings)
            _check_rows(table, scans[table.name], allow_empty_tables, findings)
        elif table.is_required:
            findings.errors.append(f"{table.name} is required, and {place} does not hold it.")
    if findings.errors:
        return Plan(errors=findings.errors, warnings=findings.warnings)
    views = {table.name: raw_select(table, scans.get(table.name, [])) for table in TABLES}
    return Plan(views=views, warnings=findings.warnings)


def _check_allowance(allow_empty_tables: Iterable[str], findings: Findings) -> None:
    names = [table.name for table in TABLES]
    findings.errors += [
        f"allow_empty_tables names {name!r}, which is none of {', '.join(names)}."
        for name in allow_empty_tables
        if name not in names
    ]


def _check_rows(
    table: Table, scans: list[Scan], allow_empty_tables: Iterable[str], findings: Findings
) -> None:
    if not scans or any(scan.has_rows for scan in scans):
        return
    sentence = f"{scans[0].label} has no rows."
    if table.is_required and table.name not in allow_empty_tables:
        findings.errors.append(
            f"{sentence} If that is as it should be, say allow_empty_tables: [{table.name}]."
        )
    else:
        findings.warnings.append(sentence)


def _check_columns(table: Table, scan: Scan, findings: Findings) -> None:
    kinds = {column.name: column.kind for column in table.columns}
    named = [source for source in scan.columns if source.canonical_name in kinds]
    passed_through = attributes(table, scan)

    findings.errors += _repeated(scan, named + passed_through)
    findings.errors += _missing(table, scan)
    findings.errors += [
        f"{scan.label}: column {source.name} is of type {source.sql_type}, and the contract wants"
        f" {kind}: {_ADVICE[kind]}."
        for source in named
        if not accepts(kind := kinds[source.canonical_name], source.sql_type)
    ]
    findings.errors += [
        f"{scan.label}: column {source.name} is of type {source.sql_type}, and an"
        f" {ATTRIBUTE_PREFIX} column must be a number, a boolean, text or a date."
        for source in passed_through
        if not is_scalar(source.sql_type)
    ]
    ignored = [source.name for source in scan.columns if source not in named + passed_through]
    if ignored and named:
        advice = f" (prefix {ATTRIBUTE_PREFIX} makes a feature of a column)"
        findings.warnings.append(
            f"{scan.label}: not in the contract and not read:"
            f" {without_addresses(', '.join(ignored))}"
            f"{advice if table.takes_attributes else ''}."
        )


def _repeated(scan: Scan, sources: list[SourceColumn]) -> list[str]:
    counts = Counter(source.canonical_name for source in sources)
    return [
        f"{scan.label} has the column {name} {count} times: keep one."
        for name, count in counts.items()
        if count > 1
    ]


def _columns_found(table: Table, found: Mapping[str, str]) -> str:
    """Which columns there are; but a first line without one of the contract may be a person's."""
    if found.keys().isdisjoint(column.name for column in table.columns):
        return f"None of its {len(found)} columns is of the contract: is its first line a header?"
    return f"Columns found: {without_addresses(', '.join(found.values()))}."


def _missing(table: Table, scan: Scan) -> list[str]:
    found = {source.canonical_name: source.name for source in scan.columns}
    columns_found = _columns_found(table, found)
    spare = found.keys() - {column.name for column in table.columns}
    sentences = []
    for column in table.columns:
        if column.is_required and column.name not in found:
            close = get_close_matches(column.name, spare, n=1)
            hint = f" Is it {found[close[0]]}? Then rename it." if close else ""
            sentences.append(
                f"{scan.label} lacks the required column {column.name}. {columns_found}{hint}"
            )
    if table.one_of and found.keys().isdisjoint(table.one_of):
        names = " or ".join(table.one_of)
        sentences.append(f"{scan.label} needs a column {names}. {columns_found}")
    return sentences
