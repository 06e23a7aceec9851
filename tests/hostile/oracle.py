"""What a file holds, read without the project and without DuckDB."""

import csv
import gzip
import io
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

csv.field_size_limit(sys.maxsize)

_BLANKS = " \t\r\n"


def csv_rows(file: Path, delimiter: str) -> list[list[str]]:
    """The rows of a CSV file, the header first; blank lines are none.

    Raises:
        ValueError, OSError, EOFError, csv.Error: it is no CSV in UTF-8, or not whole.
    """
    data = file.read_bytes()
    if file.suffix == ".gz":
        data = gzip.decompress(data)
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return [row for row in csv.reader(text, delimiter=delimiter, strict=True) if row]


def csv_values(rows: list[list[str]], position: int) -> Counter[str | None]:
    """The values in a column, without blanks around them; nothing at all is None."""
    return Counter(row[position].strip(_BLANKS) or None for row in rows[1:])


def count_parquet_rows(file: Path) -> int:
    """As many as Arrow reads. Where it refuses a page, as many as the footer says: that it does
    proves nothing, for it refuses pages that are whole, too (`test_cases`).

    Raises:
        pyarrow.ArrowException, OSError: it is no Parquet, or its footer is not whole.
    """
    footer = pq.read_metadata(file)
    try:
        return pq.read_table(file).num_rows
    except (pa.ArrowException, OSError):
        return footer.num_rows
