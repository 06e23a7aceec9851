"""Which files of a folder hold which table of the contract."""

import os
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from leadhouse.inputs.contract import TABLES

_SUFFIXES = (".parquet", ".csv", ".csv.gz")
# What begins so is the system's or an editor's.
_NOT_A_USERS = (".", "~")
_TABLE_NAMES = tuple(table.name for table in TABLES)


@dataclass
class Findings:
    """Sentences for the user: `errors` stop a build, `warnings` are only said."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def find_files(folder: Path, findings: Findings) -> dict[str, list[Path]]:
    """The files of each table that the folder holds, in order of name.

    A table that is there in two forms is an error, and has no files.
    """
    entries = sorted(entry for entry in folder.iterdir() if entry.name[0] not in _NOT_A_USERS)
    files: dict[str, list[Path]] = {}
    for table in _TABLE_NAMES:
        forms = [entry for entry in entries if _holds(entry, table)]
        if len(forms) == 1:
            files[table] = _files_of(forms[0], findings)
        elif forms:
            names = " and ".join(_shown(form) for form in forms)
            findings.errors.append(f"{table}: there are {names}; keep one and remove the others.")
            files[table] = []
    _warn_of_near_misses(entries, findings)
    return files


def is_csv(file: Path) -> bool:
    """Whether a file is CSV, by its name; else it is Parquet."""
    return not file.name.endswith(".parquet")


def unreadable_name(path: Path) -> str | None:
    """What in a path keeps SQL from naming it; None where nothing does."""
    if set(str(path)) & set("*?["):
        # DuckDB would take it for a pattern of names: even escaped, where a query reads twice.
        return "*, ? or [ in its path"
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return "a name that is not UTF-8"
    return None


def _holds(entry: Path, table: str) -> bool:
    if entry.is_dir():
        return entry.name == table
    return entry.name in {table + suffix for suffix in _SUFFIXES}


def _files_of(form: Path, findings: Findings) -> list[Path]:
    if not form.is_dir():
        return _readable([form], form.parent, findings)
    entries = sorted(entry for entry in form.iterdir() if entry.name[0] not in _NOT_A_USERS)
    if folders := [_shown(entry) for entry in entries if entry.is_dir()]:
        findings.warnings.append(
            f"{form.name}: not read, as they are not files: {', '.join(folders)}."
        )
    files = [entry for entry in entries if entry.name.endswith(_SUFFIXES) and not entry.is_dir()]
    if not files:
        findings.errors.append(
            f"{form.name}: its folder has no .parquet, .csv or .csv.gz file in it."
        )
    if len({is_csv(file) for file in files}) > 1:
        findings.errors.append(
            f"{form.name}: its folder has both Parquet and CSV files in it; keep one of the forms."
        )
        return []
    return _readable(files, form.parent, findings)


def _readable(files: list[Path], folder: Path, findings: Findings) -> list[Path]:
    """The files that can be opened by their name; the others are errors."""
    readable = []
    for file in files:
        if fault := _fault(file):
            findings.errors.append(f"{file.relative_to(folder)} {fault}")
        else:
            readable.append(file)
    return readable


def _fault(file: Path) -> str | None:
    if why_not := unreadable_name(file):
        return f"has {why_not}: rename it."
    if not file.exists():
        return "is a link to a file that is not there."
    if not file.is_file():
        return "is no file but a pipe or a device, which cannot be read twice: make a file of it."
    if not os.access(file, os.R_OK):
        return "may not be read by the one who builds: change its permissions."
    return None


def _warn_of_near_misses(entries: list[Path], findings: Findings) -> None:
    for entry in entries:
        if any(_holds(entry, table) for table in _TABLE_NAMES):
            continue
        stem = re.sub(r"\W+", "_", entry.name.split(".")[0].strip().lower())
        if close := get_close_matches(stem, _TABLE_NAMES, n=1, cutoff=0.8):
            wanted = f"{close[0]}/" if entry.is_dir() else f"{close[0]}.parquet or {close[0]}.csv"
            findings.warnings.append(f"{_shown(entry)} is not read: did you mean {wanted}?")


def _shown(entry: Path) -> str:
    return entry.name + ("/" if entry.is_dir() else "")
