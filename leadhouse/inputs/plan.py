"""The plan of a build's input: the SELECT behind each raw view, or the sentences that say why there is none."""

from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from leadhouse.inputs.contract import TABLES, Table
from leadhouse.inputs.files import Findings, find_files
from leadhouse.inputs.layouts import Scan, SourceColumn, scan_files
from leadhouse.inputs.parse import accepts, is_scalar
from leadhouse.inputs.selects import ATTRIBUTE_PREFIX, attributes, raw_select


@dataclass(frozen=True)
class Plan:
    """`views` maps each table of the contract to the SELECT of its raw view; empty where there are errors."""

    views: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def plan_folder(folder: Path, allow_empty_tables: list[str]) -> Plan:
    """The plan for a folder of Parquet or CSV files. Reads footers of Parquet, and CSV files whole."""
    findings = Findings()
    if not folder.is_dir():
        return Plan(
            errors=[
                f"There is no folder {folder}: raw_dir must name the folder of the input files."
            ]
        )
    folder = folder.resolve()
    files = find_files(folder, findings)
    scans = {table: scan_files(folder, paths, findings) for table, paths in files.items()}
    return _plan(scans, str(folder), allow_empty_tables, findings)


def plan_scans(scans: dict[str, list[Scan]], place: str, allow_empty_tables: list[str]) -> Plan:
    """The plan for relations that the warehouse can already read; `place` names their schema."""
    return _plan(scans, place, allow_empty_tables, Findings())


def _plan(
    scans: dict[str, list[Scan]], place: str, allow_empty_tables: list[str], findings: Findings
) -> Plan:
    names = [table.name for table in TABLES]
    for unknown in set(allow_empty_tables) - set(names):
        findings.errors.append(
            f"allow_empty_tables names {unknown}, which is not a table of the input contract:"
            f" {', '.join(names)}."
        )
    for table in TABLES:
        if table.name not in scans:
            if table.is_required:
                findings.errors.append(
                    f"{table.name}: this table is required and {place} does not hold it"
                    f" ({table.name}.parquet, {table.name}.csv, {table.name}.csv.gz or a folder"
                    f" {table.name}/ of such files)."
                )
            continue
        for scan in scans[table.name]:
            _check_columns(table, scan, findings)
        _check_rows(table, scans[table.name], allow_empty_tables, findings)
    if findings.errors:
        return Plan(errors=findings.errors, warnings=findings.warnings)
    views = {table.name: raw_select(table, scans.get(table.name, [])) for table in TABLES}
    return Plan(views=views, warnings=findings.warnings)


def _check_rows(
    table: Table, scans: list[Scan], allow_empty_tables: list[str], findings: Findings
) -> None:
    if not scans or any(scan.has_rows for scan in scans):
        return
    sentence = f"{table.name}: {scans[0].label} has no rows."
    if table.is_required and table.name not in allow_empty_tables:
        findings.errors.append(
            f"{sentence} If that is right, say so: allow_empty_tables: [{table.name}]."
        )
    else:
        findings.warnings.append(sentence)


def _check_columns(table: Table, scan: Scan, findings: Findings) -> None:
    wanted = {column.name: column for column in table.columns}
    found = {column.canonical_name for column in scan.columns}
    passed_through = attributes(table, scan)
    read = [column for column in scan.columns if column.canonical_name in wanted] + passed_through

    names = Counter(column.canonical_name for column in read)
    for name in (name for name, count in names.items() if count > 1):
        same = ", ".join(repr(column.name) for column in read if column.canonical_name == name)
        findings.errors.append(f"{scan.label} has the column {name} more than once ({same}).")

    for column in table.columns:
        if column.is_required and column.name not in found:
            findings.errors.append(_missing_sentence(column.name, wanted, scan))
    if table.one_of and found.isdisjoint(table.one_of):
        findings.errors.append(
            f"{scan.label} lacks both {' and '.join(table.one_of)}: one of them is required."
            f" {_columns_found(scan)}"
        )

    for source in scan.columns:
        column = wanted.get(source.canonical_name)
        if column and not accepts(column.kind, source.sql_type):
            findings.errors.append(
                f"{scan.label}: column {source.name} is of type {source.sql_type}, which cannot be"
                f" read as {column.kind}."
            )
    findings.errors += [
        f"{scan.label}: column {source.name} is of type {source.sql_type}; an x_ column must be a"
        " number, a boolean, a text or a date."
        for source in passed_through
        if not is_scalar(source.sql_type)
    ]
    _warn_of_ignored_columns(table, scan, read, findings)


def _missing_sentence(name: str, wanted: dict[str, object], scan: Scan) -> str:
    spare = {
        column.canonical_name: column.name
        for column in scan.columns
        if column.canonical_name not in wanted
    }
    close = get_close_matches(name, spare, n=1, cutoff=0.5)
    hint = f" Is it {spare[close[0]]!r}? Rename it." if close else ""
    return f"{scan.label} lacks the required column {name}. {_columns_found(scan)}{hint}"


def _columns_found(scan: Scan) -> str:
    return f"Columns found: {', '.join(column.name for column in scan.columns) or 'none'}."


def _warn_of_ignored_columns(
    table: Table, scan: Scan, read: list[SourceColumn], findings: Findings
) -> None:
    ignored = [column.name for column in scan.columns if column not in read]
    if not ignored:
        return
    advice = (
        f" To use one as a feature, prefix its name with {ATTRIBUTE_PREFIX}."
        if table.takes_attributes
        else ""
    )
    findings.warnings.append(
        f"{scan.label}: not in the input contract, so not read: {', '.join(ignored)}.{advice}"
    )
