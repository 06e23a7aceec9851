"""Engagement of leads at 52 weekly moments, beside the join of moments with events.

    python -m benchmarks.moments [EVENTS] [LEADS] [MOMENTS] [REPEATS]

One row a lead, moment and signal that the lead has shown by then. The limit is a running sum over
the ledger, of one of its columns, and the rows that come out. All are timed twice: their rows kept
in a table, and read to the end without keeping them, since to keep them can take the longer part.
Below, the same with one row a lead and moment and a column for each signal and measure, as a model
reads it, beside the join as one writes it first, with a FILTER for each column (one turn).
"""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.ledgers import (
    HALF_LIVES,
    WINDOWS,
    compiled,
    connect,
    filtered_columns,
    in_turns,
    make_ledger,
    make_spine,
    measure,
    wide_sql,
)

RUNNING = """
    select
        lead_id,
        signal_number,
        sum(forward_decayed_14d) over (
            partition by lead_id, signal_number
            order by known_at
            rows between unbounded preceding and current row
        ) as decayed_14d
    from engagement_ledger
"""
OWN_WIDE = "Leadhouse, a column a measure"
NAIVE_WIDE = "join, a FILTER a column"
OWN = "{{ engagement_by_lead_moment('spine', step_days=7) }}"


def naive_sql() -> str:
    """Every moment meets every event that was known by then."""
    age = "date_diff('microsecond', entries.occurred_at, spine.moment_at) / 8.64e10"
    counts = [
        f"count(*) filter (where entries.occurred_at > spine.moment_at - interval {days} day)"
        f" as count_{days}d"
        for days in WINDOWS
    ]
    decays = [
        f"sum(entries.weight * exp(-({age}) * {math.log(2) / days!r})) as decayed_{days}d"
        for days in HALF_LIVES
    ]
    return f"""
        select
            spine.spine_id,
            entries.signal_number,
            {", ".join(counts + decays)},
            sum(entries.weight) as total,
            min(entries.occurred_at) as first_at,
            max(entries.occurred_at) as last_at
        from spine
        inner join engagement_ledger as entries
            on spine.lead_id = entries.lead_id and entries.known_at <= spine.moment_at
        group by spine.spine_id, entries.signal_number
    """


def naive_wide_sql() -> str:
    """Every moment meets every event that was known by then, and every column filters its own."""
    return f"""
        select spine.spine_id, {", ".join(filtered_columns("spine.moment_at"))}
        from spine
        inner join engagement_ledger as entries
            on spine.lead_id = entries.lead_id and entries.known_at <= spine.moment_at
        group by spine.spine_id
    """


def task(folder: Path, name: str) -> Callable[[], object]:
    """A query, ready to run."""
    connection = connect(folder)
    connection.execute("select max(columns(*)) from engagement_ledger").fetchall()
    query, use = name.split(":")
    sql = (folder / f"{query}.sql").read_text()
    used = {
        "kept": f"create temp table result as {sql}",
        "read": f"select max(columns(*)) from ({sql})",
    }
    return lambda: connection.execute(used[use]).fetchall()


def compare(folder: Path) -> tuple[int, int, float]:
    """Rows; those of one alone, or of other counts or times; the largest relative difference."""
    with connect(folder, read_only=False) as connection:
        for name in ("own", "naive"):
            sql = (folder / f"{name}.sql").read_text()
            connection.execute(f"create table {name} as {sql}")
        counts = [f"count_{days}d" for days in WINDOWS]
        decays = [f"decayed_{days}d" for days in HALF_LIVES]
        [found] = connection.execute(f"""
            select
                count(*),
                count(*) filter (
                    where ({", ".join(f"own.{name}" for name in [*counts, "first_at", "last_at"])})
                    is distinct from
                    ({", ".join(f"naive.{name}" for name in [*counts, "first_at", "last_at"])})
                ),
                max(greatest({", ".join(f"abs(own.{name} / naive.{name} - 1)" for name in decays)}))
            from own
            full join naive using (spine_id, signal_number)
        """).fetchall()
    return found


def main() -> None:
    if sys.argv[1] == "task":
        print(measure(task(Path(sys.argv[2]), sys.argv[3])))
        return
    events, leads, moments, repeats = (int(given) for given in sys.argv[1:5])
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_ledger(folder, events, leads)
        make_spine(folder, moments, step_days=7)
        queries = {
            "running": RUNNING,
            "own": compiled(folder, OWN),
            "naive": naive_sql(),
            "rows": "from own",
            "own_wide": wide_sql(folder),
            "naive_wide": naive_wide_sql(),
        }
        for query, sql in queries.items():
            (folder / f"{query}.sql").write_text(sql)
        count, different, largest = compare(folder)

        names = {
            "running sum over the ledger": "running",
            "rows that come out": "rows",
            "Leadhouse": "own",
            "join of moments with events": "naive",
            OWN_WIDE: "own_wide",
            NAIVE_WIDE: "naive_wide",
        }
        timings = in_turns(
            {
                f"{name}:{use}": [
                    *(sys.executable, "-m", "benchmarks.moments"),
                    *("task", str(folder), f"{query}:{use}"),
                ]
                for name, query in names.items()
                for use in ("kept", "read")
            },
            repeats,
            once=[f"{NAIVE_WIDE}:{use}" for use in ("kept", "read")],
        )

    table = Table("", "kept, s", "of Leadhouse", "read, s", "of Leadhouse", "peak, GB")
    for name in names:
        of_uses = [timings[f"{name}:{use}"] for use in ("kept", "read")]
        ours = OWN_WIDE if name in (OWN_WIDE, NAIVE_WIDE) else "Leadhouse"
        own = [timings[f"{ours}:{use}"].seconds for use in ("kept", "read")]
        cells = [
            (f"{timing.seconds:.2f}", f"{timing.seconds / seconds:.2f}")
            for timing, seconds in zip(of_uses, own, strict=True)
        ]
        table.add_row(name, *cells[0], *cells[1], f"{of_uses[0].peak_gb:.1f}")
    console = Console(width=120)
    console.print(
        f"{events:,} events of {leads:,} leads, {moments} moments, {count:,} rows;"
        f" medians of {repeats} turns"
    )
    console.print(table)
    console.print(
        f"rows that differ in counts or times: {different}; largest difference of a decayed sum:"
        f" {largest:.0e} of the value"
    )


if __name__ == "__main__":
    sys.argv += ("1000000", "10000", "52", "3")[len(sys.argv) - 1 :]
    main()
