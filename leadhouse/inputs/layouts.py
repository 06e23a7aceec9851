"""What the files of a table look like inside: their columns, and whether they can be read.

Files with the same columns and delimiter share a layout, so a thousand daily files are read by one scan.
"""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from leadhouse.inputs.contract import TABLES
from leadhouse.inputs.files import Findings, is_csv
from leadhouse.inputs.parse import NULL_TYPE

_DELIMITERS = (",", ";", "\t", "|")
_CONTRACT_COLUMNS = {column.name for table in TABLES for column in table.columns}
_SHOWN_LINES = 5
# The column in which a scan gives the path of a row's file: no user calls a column so.
_PATH = "leadhouse: path of the file"


@dataclass(frozen=True)
class SourceColumn:
    """A column as the user named it (`name`), as SQL knows it (`identifier`), with its DuckDB type."""

    name: str
    identifier: str
    sql_type: str

    @property
    def canonical_name(self) -> str:
        """The name in the contract's spelling: `Lead ID ` is lead_id."""
        return "_".join(self.name.replace("-", " ").lower().split())


@dataclass(frozen=True)
class Layout:
    """What a scan must know of a file; `delimiter` is None for Parquet."""

    columns: tuple[SourceColumn, ...]
    delimiter: str | None = None


@dataclass(frozen=True)
class Scan:
    """A relation to read: files of one layout, or a table.

    `relation` is SQL for a FROM clause, `source_file` SQL for where a row stood, `label` its name in sentences.
    """

    label: str
    columns: tuple[SourceColumn, ...]
    relation: str
    source_file: str
    has_rows: bool


class UnreadableFileError(Exception):
    """A file cannot be read; the message is the rest of a sentence that begins with the file's name."""


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def scan_files(folder: Path, files: list[Path], findings: Findings) -> list[Scan]:
    """One scan for each layout among a table's files; a file that cannot be read adds an error."""
    paths: dict[Layout, list[Path]] = {}
    counts: dict[Layout, int] = {}
    for file in files:
        try:
            layout, count = _read_csv(file) if is_csv(file) else _read_parquet(file)
        except UnreadableFileError as error:
            findings.errors.append(f"{file.relative_to(folder)} {error}")
            continue
        paths.setdefault(layout, []).append(file)
        counts[layout] = counts.get(layout, 0) + count
    return [
        Scan(
            label=str(paths[layout][0].relative_to(folder)),
            columns=layout.columns,
            relation=_relation(layout, paths[layout]),
            source_file=f"substr({identifier(_PATH)}, {len(str(folder)) + 2})",
            has_rows=counts[layout] > 0,
        )
        for layout in paths
    ]


def _relation(layout: Layout, files: list[Path], *options: str) -> str:
    paths = "[" + ", ".join(quoted(str(file)) for file in files) + "]"
    shared = f"filename = {quoted(_PATH)}"
    if layout.delimiter is None:
        return f"read_parquet({paths}, {shared}, hive_partitioning = false)"
    columns = ", ".join(f"{quoted(column.identifier)}: 'varchar'" for column in layout.columns)
    dialect = ", ".join(
        (
            f"columns = {{{columns}}}",
            "auto_detect = false",
            "header = true",
            f"delim = {quoted(layout.delimiter)}",
            "quote = '\"'",
            "escape = '\"'",
            "hive_partitioning = false",
            *options,
        )
    )
    return f"read_csv({paths}, {shared}, {dialect})"


def _read_parquet(file: Path) -> tuple[Layout, int]:
    """The layout from the file's footer alone: which a truncated file does not have."""
    try:
        metadata = pq.read_metadata(file)
        schema = metadata.schema.to_arrow_schema()
        with duckdb.connect() as connection:
            described = connection.execute(
                f"describe select * from read_parquet({quoted(str(file))}, hive_partitioning = false)"
            ).fetchall()
    except (pa.ArrowException, OSError, duckdb.Error) as error:
        reason = str(error).splitlines()[0].removesuffix(".")
        raise UnreadableFileError(
            f"cannot be read as Parquet; is it whole? Export it again. ({reason}.)"
        ) from error
    columns = tuple(
        SourceColumn(
            field.name, described_name, NULL_TYPE if pa.types.is_null(field.type) else sql_type
        )
        for field, (described_name, sql_type, *_) in zip(schema, described, strict=True)
    )
    return Layout(columns), metadata.num_rows


def _read_csv(file: Path) -> tuple[Layout, int]:
    """The layout from the header line, and the rows counted by a scan of the whole file that checks its form."""
    layout = _csv_layout(file)
    relation = _relation(layout, [file], "store_rejects = true", f"rejects_limit = {_SHOWN_LINES}")
    with duckdb.connect() as connection:
        try:
            # All columns are read, so that each is seen to be UTF-8; all is fetched, so that the scan ends.
            (count, *_), *_ = connection.execute(
                f"select count(*), count(columns(*)) from {relation}"
            ).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0].removesuffix(".")
            raise UnreadableFileError(
                "cannot be read as CSV: are its line ends mixed, or is it cut off?"
                f" Export it again. ({reason}.)"
            ) from error
        rejects = connection.execute(
            "select line, error_type, error_message from reject_errors order by line"
        ).fetchall()
    if any(error_type == "INVALID ENCODING" for _, error_type, _ in rejects):
        raise UnreadableFileError(_encoding_sentence(file, rejects[0][0]))
    if rejects:
        lines = "; ".join(f"line {line}: {message.rstrip('.')}" for line, _, message in rejects)
        raise UnreadableFileError(
            f"is not well-formed CSV ({lines}). Quote values that hold the delimiter, a quote or a"
            ' line end, and double the quotes within ("").'
        )
    return layout, count


def _csv_layout(file: Path) -> Layout:
    """The header, cut by that delimiter which gives most columns of the contract."""
    opened = (
        gzip.open(file, "rt", encoding="utf-8-sig", newline="")
        if file.suffix == ".gz"
        else (file.open(encoding="utf-8-sig", newline=""))
    )
    try:
        with opened as stream:
            line = stream.readline()
            headers = []
            for delimiter in _DELIMITERS:
                stream.seek(0)
                headers.append((delimiter, next(csv.reader(stream, delimiter=delimiter), [])))
    except UnicodeDecodeError as error:
        raise UnreadableFileError(_encoding_sentence(file, 1)) from error
    except (OSError, EOFError, csv.Error) as error:
        raise UnreadableFileError(f"cannot be read: {error}.") from error
    if not line.strip():
        raise UnreadableFileError("is empty: it wants a line of column names, then the rows.")
    delimiter, names = max(
        headers, key=lambda header: (_contract_columns(header[1]), len(header[1]))
    )
    return Layout(tuple(_unique(names)), delimiter)


def _contract_columns(names: list[str]) -> int:
    return sum(
        SourceColumn(name, name, "VARCHAR").canonical_name in _CONTRACT_COLUMNS for name in names
    )


def _unique(names: list[str]) -> list[SourceColumn]:
    """Columns of a header with an identifier each; SQL knows no blank or repeated ones, users do."""
    columns: list[SourceColumn] = []
    taken: set[str] = set()
    for position, name in enumerate(names, start=1):
        unique = (
            name if name.strip() and name.lower() not in taken else f"{name} (column {position})"
        )
        taken.add(unique.lower())
        columns.append(SourceColumn(name, unique, "VARCHAR"))
    return columns


def _encoding_sentence(file: Path, line: int) -> str:
    return (
        f"is not UTF-8 (line {line}). Save it as UTF-8: in Excel 'CSV UTF-8', or"
        f" `iconv -f WINDOWS-1252 -t UTF-8 {file.name}` with the encoding it is really in."
    )
