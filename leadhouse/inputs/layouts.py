"""What a file looks like inside: its columns, and whether it can be read at all."""

import csv
import gzip
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from leadhouse.inputs.contract import TABLES
from leadhouse.inputs.files import is_csv
from leadhouse.inputs.parse import NULL_TYPE
from leadhouse.inputs.sql import literal

_CONTRACT_COLUMNS = {column.name for table in TABLES for column in table.columns}
_DELIMITERS = (",", ";", "\t", "|")
_SHOWN_ERRORS = 3
_CHUNK_BYTES = 1 << 20
_WRONG_CHECKSUM = "CRC checksum verification failed"
# The column in which a scan gives the path of a row's file; no user calls a column so.
PATH_COLUMN = "leadhouse: path of the file"


def canonical_name(name: str) -> str:
    """The name of a column as the contract would spell it: `Lead ID ` is lead_id."""
    return "_".join(name.replace("-", " ").lower().split())


@dataclass(frozen=True)
class SourceColumn:
    """A column as the user named it, as SQL knows it (`identifier`), and its DuckDB type."""

    name: str
    identifier: str
    sql_type: str

    @property
    def canonical_name(self) -> str:
        return canonical_name(self.name)


@dataclass(frozen=True)
class Layout:
    """The columns of a file and, of a CSV file, the delimiter.

    Files of one layout can be read by one scan, be they a thousand.
    """

    columns: tuple[SourceColumn, ...]
    delimiter: str | None = None

    def to_json(self) -> dict:
        """The layout as plain data; `from_json` makes it a layout again."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict) -> "Layout":
        """The layout that `to_json` wrote down."""
        columns = tuple(SourceColumn(**column) for column in data["columns"])
        return Layout(columns, data["delimiter"])

    def relation(self, files: list[Path], *csv_options: str) -> str:
        """SQL for a FROM clause that gives the rows of files of this layout, and PATH_COLUMN."""
        paths = ", ".join(literal(str(file)) for file in files)
        options = [f"filename = {literal(PATH_COLUMN)}", "hive_partitioning = false"]
        if self.delimiter is None:
            return f"read_parquet([{paths}], {', '.join(options)})"
        types = ", ".join(f"{literal(column.identifier)}: 'varchar'" for column in self.columns)
        options += [
            f"columns = {{{types}}}",
            f"delim = {literal(self.delimiter)}",
            "quote = '\"'",
            "escape = '\"'",
            "header = true",
            "auto_detect = false",
            *csv_options,
        ]
        return f"read_csv([{paths}], {', '.join(options)})"


class UnreadableFileError(Exception):
    """A file cannot be read. The message ends a sentence that begins with the file's name."""


def read_layout(file: Path) -> tuple[Layout, int]:
    """The layout of a file and its number of rows. The file is read whole, to be trusted after.

    Raises:
        UnreadableFileError: with what is wrong, and where.
    """
    return _read_csv(file) if is_csv(file) else _read_parquet(file)


def _checked(columns: tuple[SourceColumn, ...]) -> tuple[SourceColumn, ...]:
    """The columns, unless SQL cannot name one of them."""
    if any("\0" in column.name for column in columns):
        raise UnreadableFileError(
            "has NUL bytes in the name of a column: it is no text, or not UTF-8."
        )
    if any(column.name.lower() == PATH_COLUMN for column in columns):
        raise UnreadableFileError(
            f"has a column {PATH_COLUMN!r}, as the build calls one of its own: rename the column."
        )
    return columns


def _read_parquet(file: Path) -> tuple[Layout, int]:
    try:
        metadata = pq.read_metadata(file)
        schema = metadata.schema.to_arrow_schema()
        with _connect() as connection:
            relation = connection.read_parquet(str(file), hive_partitioning=False)
            described = list(zip(relation.columns, map(str, relation.types), strict=True))
            # A count alone would be answered from the footer: hashes have every value read.
            [(count_rows, *_)] = relation.aggregate(
                "count(*), bit_xor(hash(columns(*)))"
            ).fetchall()
        _verify_checksums(file)
    except (pa.ArrowException, OSError, UnicodeDecodeError, duckdb.Error) as error:
        raise UnreadableFileError(
            f"cannot be read as Parquet; is it whole? Export it again.{_reason(error)}"
        ) from error
    if count_rows != metadata.num_rows:
        raise UnreadableFileError(
            f"cannot be read as Parquet: it says of itself that it has {metadata.num_rows:,} rows,"
            f" and has {count_rows:,}. Export it again."
        )
    columns = tuple(
        SourceColumn(field.name, name, NULL_TYPE if pa.types.is_null(field.type) else sql_type)
        for field, (name, sql_type) in zip(schema, described, strict=True)
    )
    return Layout(_checked(columns)), metadata.num_rows


def _verify_checksums(file: Path) -> None:
    """DuckDB passes over the checksums that pages may have, as Spark writes them.

    Raises:
        OSError: a page is not what its checksum says.
    """
    try:
        with pq.ParquetFile(
            file, page_checksum_verification=True, pre_buffer=False, buffer_size=_CHUNK_BYTES
        ) as pages:
            for _ in pages.iter_batches(use_threads=False):
                pass
    except (pa.ArrowException, OSError) as error:
        # What else Arrow refuses may be whole: DuckDB writes files that Arrow does not read.
        if _WRONG_CHECKSUM in str(error):
            raise


def _read_csv(file: Path) -> tuple[Layout, int]:
    layout = _csv_layout(file)
    if file.suffix == ".gz":
        _check_gzip(file)
    rows = layout.relation([file], "store_rejects = true")
    with _connect() as connection:
        try:
            # Every column is read, so that each is seen to be UTF-8; every result is fetched, so
            # that the scan comes to its end and leaves its errors behind.
            (counts,) = connection.execute(
                f"from {rows} select count(*), count(columns(*))"
            ).fetchall()
        except duckdb.Error as error:
            raise UnreadableFileError(
                "cannot be read as CSV: is it cut off, or are its line ends mixed?"
                f" Export it again.{_reason(error)}"
            ) from error
        errors = connection.execute(
            "select line, error_type, error_message from reject_errors order by line, column_idx"
        ).fetchall()
    for line, error_type, _ in errors:
        if error_type == "INVALID ENCODING":
            raise UnreadableFileError(_not_utf8(file, line))
    if errors:
        shown = "; ".join(f"line {line}: {message}" for line, _, message in errors[:_SHOWN_ERRORS])
        more = f" and {len(errors) - _SHOWN_ERRORS} more" if len(errors) > _SHOWN_ERRORS else ""
        raise UnreadableFileError(
            f"is not well-formed CSV ({shown}{more}). Quote the values that hold the delimiter, a"
            ' quote or a line end, and write a quote within them as "".'
        )
    return layout, counts[0]


def _check_gzip(file: Path) -> None:
    """DuckDB reads a truncated file up to where it ends, and says nothing."""
    try:
        with gzip.open(file) as stream:
            while stream.read(_CHUNK_BYTES):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFileError(
            f"cannot be read to its end; is it whole? Export it again.{_reason(error)}"
        ) from error


def _csv_layout(file: Path) -> Layout:
    """The header line, cut by the delimiter that gives most columns of the contract."""
    headers = {delimiter: _header(file, delimiter) for delimiter in _DELIMITERS}
    delimiter, columns = max(headers.items(), key=lambda header: _contract_columns(header[1]))
    if not any(column.name.strip() for column in columns):
        raise UnreadableFileError("is empty: it wants a line of column names, then the rows.")
    if any("\N{REPLACEMENT CHARACTER}" in column.name for column in columns):
        raise UnreadableFileError(_not_utf8(file, 1))
    # DuckDB may take all that follows for a part of the header: where it has a line end in a name
    # and rows end otherwise, or a broken quote.
    if any(set(column.name) & set("\r\n") for column in columns):
        raise UnreadableFileError("has a line end in the name of a column: rename the column.")
    _header(file, delimiter, strict=True)
    return Layout(_checked(columns), delimiter)


def _header(file: Path, delimiter: str, strict: bool = False) -> tuple[SourceColumn, ...]:
    """The columns of the header line; SQL takes no blank or repeated names, so those get others."""
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8-sig", errors="replace", newline="") as stream:
            names = next(csv.reader(stream, delimiter=delimiter, strict=strict), [])
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise UnreadableFileError(
            f"cannot be read from its first line on.{_reason(error)}"
        ) from error
    seen: set[str] = set()
    columns = []
    for position, name in enumerate(names, start=1):
        is_unique = name.strip() and name.lower() not in seen
        seen.add(name.lower())
        unique_name = name if is_unique else f"{name} (column {position})"
        columns.append(SourceColumn(name, unique_name, "VARCHAR"))
    return tuple(columns)


def _contract_columns(columns: tuple[SourceColumn, ...]) -> tuple[int, int]:
    known = sum(column.canonical_name in _CONTRACT_COLUMNS for column in columns)
    return known, len(columns)


def _not_utf8(file: Path, line: int) -> str:
    return (
        f"is not UTF-8 (line {line}). Save it so: in Excel as 'CSV UTF-8', elsewhere with"
        f" `iconv -f WINDOWS-1252 -t UTF-8 {file.name}`, or whatever encoding it is in."
    )


def _connect() -> duckdb.DuckDBPyConnection:
    """A database that draws no bar of its progress into the log of a build."""
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    return connection


def _reason(error: Exception) -> str:
    """What a library says is wrong with the file, in brackets; not what is wrong with itself."""
    first_line = next(iter(str(error).splitlines()), "")
    if not first_line or isinstance(error, duckdb.InternalException | duckdb.FatalException):
        return ""
    return f" ({first_line.rstrip('.')}.)"
