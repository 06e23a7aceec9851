"""The relations that a raw view reads: groups of files of one layout, or a table."""

from dataclasses import dataclass
from pathlib import Path

from leadhouse.inputs.files import Findings
from leadhouse.inputs.layouts import PATH_COLUMN, Layout, SourceColumn, UnreadableFileError
from leadhouse.inputs.memory import FileMemory
from leadhouse.inputs.sql import identifier


@dataclass(frozen=True)
class Scan:
    """A relation to read.

    `label` is its name in sentences, `relation` SQL for a FROM clause, `source_file` SQL for the
    name of the file or table that a row came from.
    """

    label: str
    columns: tuple[SourceColumn, ...]
    relation: str
    source_file: str
    has_rows: bool


def scan_files(
    folder: Path, files: list[Path], findings: Findings, memory: FileMemory
) -> list[Scan]:
    """One scan for each layout among a table's files; a file that cannot be read is an error."""
    groups: dict[Layout, list[Path]] = {}
    counts: dict[Layout, int] = {}
    for file in files:
        try:
            layout, count = memory.layout(file)
        except UnreadableFileError as error:
            findings.errors.append(f"{file.relative_to(folder)} {error}")
            continue
        groups.setdefault(layout, []).append(file)
        counts[layout] = counts.get(layout, 0) + count
    return [
        Scan(
            label=str(group[0].relative_to(folder)),
            columns=layout.columns,
            relation=layout.relation(group),
            source_file=f"substr({identifier(PATH_COLUMN)}, {len(str(folder)) + 2})",
            has_rows=counts[layout] > 0,
        )
        for layout, group in groups.items()
    ]
