"""Daily runs: what is told, how tiers flicker, whether changes add up, what the history costs.

python -m benchmarks.history [LEADS] [DAYS] [HYSTERESIS]
"""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.worlds import build, demo_world

SELECT = "+score_runs +lead_score_changes"
QUICK = {"evaluation_origins": 1, "stability_resamples": 0}
RUNS = """
    with told as (
        select as_of, count(*) as rows_told from int_told_scores group by as_of
    ),

    changes as (
        select
            as_of,
            count(*) filter (status = 'changed') as explained_changes,
            max(abs(
                to_score - from_score - from_decay - from_events - from_attributes - from_model
            )) as largest_residual
        from lead_score_changes
        group by as_of
    )

    select
        as_of::date as day,
        count_open_leads,
        coalesce(rows_told, 0) as rows_told,
        count_score_changes,
        coalesce(explained_changes, 0) as explained_changes,
        largest_residual,
        count_tier_changes_without_hysteresis,
        count_tier_changes
    from score_runs
    left join told using (as_of)
    left join changes using (as_of)
    order by day
"""


def bytes_a_row(warehouse: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, float]:
    """What a row of the log takes in a DuckDB file and in a Parquet file of its own."""
    rows = warehouse.sql("from int_told_scores order by as_of, lead_id").to_arrow_table()
    sizes = {}
    for name in ("duckdb", "parquet"):
        file = folder / f"told.{name}"
        with duckdb.connect(file if name == "duckdb" else ":memory:") as connection:
            if name == "duckdb":
                connection.sql("create table told as from rows")
                connection.execute("checkpoint")
            else:
                connection.sql("from rows").write_parquet(str(file), compression="zstd")
        sizes[name] = file.stat().st_size / len(rows)
    return sizes


def main() -> None:
    given = [*sys.argv[1:], *("20000", "10", "2")[len(sys.argv) - 1 :]]
    leads, days, hysteresis = int(given[0]), int(given[1]), float(given[2])
    with tempfile.TemporaryDirectory() as scratch:
        raw = demo_world(Path(scratch) / "raw", leads, seed=7)
        folder = Path(scratch) / "built"
        with build(raw, folder, QUICK, "+run_context") as warehouse:
            [(last,)] = warehouse.sql("select as_of from run_context").fetchall()
        for back in reversed(range(days + 1)):
            given = QUICK | {
                "as_of": str(last - timedelta(days=back)),
                "tier_hysteresis": hysteresis,
                "retrain": "auto" if back == days else "never",
            }
            build(raw, folder, given, SELECT).close()
            print(f"{days - back} of {days} days", file=sys.stderr, flush=True)

        with duckdb.connect(folder / "leadhouse.duckdb", read_only=True) as warehouse:
            runs = warehouse.sql(RUNS)
            table = Table(*(column.replace("_", " ") for column in runs.columns))
            rows = runs.fetchall()
            for row in rows:
                table.add_row(*("" if value is None else str(value) for value in row))
            sizes = bytes_a_row(warehouse, Path(scratch))

    # The first run tells every lead once; what follows is what a year is made of.
    told_a_day = sum(row[2] for row in rows[1:]) / sum(row[1] for row in rows[1:])
    console = Console(width=140)
    console.print(table)
    console.print(f"hysteresis {hysteresis:g}; a lead is told anew on {told_a_day:.1%} of days")
    for name, size in sizes.items():
        console.print(
            f"{name}: {size:.1f} bytes a row, {size * told_a_day * 365:,.0f} a lead and year"
            f" (a row every day: {size * 365:,.0f})"
        )


if __name__ == "__main__":
    main()
