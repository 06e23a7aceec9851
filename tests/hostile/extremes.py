"""A demo world in which some cells of every column hold what nobody expects there."""

from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from leadhouse.inputs.contract import TABLES, Kind
from tests.hostile.oddities import HOSTILE_TEXTS, HOSTILE_TIMES

_NUMBERS = (
    *("1e308", "-1e308", "1.7976931348623157e308", "3.5e38", "-3.5e38", "1e-320", "-0", "0"),
    *("9223372036854775808", "340282366920938463463374607431768211456", "9" * 300, "-1", "1e16"),
)
_TIMES = (
    *("1970-01-01", "1970-01-01T00:00:00.000001Z", "2025-03-30T02:30:00+01:00", "2000-02-29"),
    *("2025-10-26 02:30:00+14:59", "2024-02-29T23:59:59.999999-14:59"),
)
_HOSTILE = {
    Kind.TEXT: HOSTILE_TEXTS,
    Kind.JSON: HOSTILE_TEXTS,
    Kind.BOOLEAN: HOSTILE_TEXTS,
    Kind.NUMBER: (*_NUMBERS, *_NUMBERS, *HOSTILE_TEXTS),
    Kind.TIME: (*_TIMES, *_TIMES, *HOSTILE_TIMES),
}
# Columns of the user's own: names that break out of SQL and Jinja, numbers at the ends of a double.
_ODD_COLUMNS = {
    "x_'; drop table leads; --": ("1", "2", "3", None),
    "x_{{ 1 / 0 }}{% endraw %}": ("a", "=1+1", "Zoë", ""),
    'x_"quoted" \\ %s\nİ': ("1e308", "-1e308", "3.5e38", "1e-320", "7"),
    "x_" + "long" * 60: ("true", "false", None),
}


def spoil_world(raw: Path, folder: Path, share: float, seed: int) -> Path:
    """Writes the tables of a world again, with about `share` of all cells replaced."""
    draw = Random(seed)  # noqa: S311
    folder.mkdir(parents=True)
    for table in TABLES:
        [file] = raw.glob(f"{table.name}.*")
        kinds = {column.name: column.kind for column in table.columns}
        rows = duckdb.sql(f"select columns(*)::varchar from '{file}'").to_arrow_table()
        columns = {}
        for name in rows.column_names:
            values = rows[name].to_pylist()
            hostile = _HOSTILE[kinds.get(name, Kind.NUMBER)]
            for row in draw.sample(range(len(values)), int(share * len(values))):
                values[row] = draw.choice(hostile)
            columns[name] = pa.array(values, pa.string())
        if table.takes_attributes:
            columns |= {
                name: pa.array(draw.choices(values, k=len(rows)), pa.string())
                for name, values in _ODD_COLUMNS.items()
            }
        pq.write_table(pa.table(columns), folder / f"{table.name}.parquet")
    return folder
