"""Features of every lead now, from the ledger, beside other ways to compute them.

    python -m benchmarks.features [EVENTS] [LEADS] [REPEATS]

One row a lead, with 16 signals by 3 half-lives, 4 windows, total and days since the last. The limit
is a bare `group by lead_id, signal` of the same events; the others are SQL as one writes it first,
with a FILTER for each column; long SQL that is pivoted after; pandas and polars, which read the
events as Arrow tables and are installed for the while where they cannot be imported. Where the
events are not said to lie by lead, they lie as they came.
"""

import math
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.ledgers import (
    AS_OF,
    HALF_LIVES,
    MEASURES,
    SIGNALS,
    WINDOWS,
    age_days,
    connect,
    filtered_columns,
    in_turns,
    make_ledger,
    make_spine,
    measure,
    wide_sql,
)

BARE = "select lead_id, signal, count(*) as entries from {table} group by lead_id, signal"
ONCE = ("naive SQL, a FILTER a column", "pandas")


def naive_sql() -> str:
    """Every column an aggregate of its own."""
    return f"""
        select lead_id, {", ".join(filtered_columns(AS_OF))}
        from events
        where known_at <= {AS_OF}
        group by lead_id
    """


def pivoted_sql() -> str:
    """Measures by lead and signal, then a column each."""
    counts = [
        f"count(*) filter (where occurred_at > {AS_OF} - interval {days} day) as m_{days}d"
        for days in WINDOWS
    ]
    decays = [
        f"sum(weight * exp(-({age_days(AS_OF)}) * {math.log(2) / days!r})) as m_decayed_{days}d"
        for days in HALF_LIVES
    ]
    measures = [*counts, *decays, "max(occurred_at) as m_days_since_last", "sum(weight) as m_total"]
    columns = [
        f"max(m_{name}) filter (where signal = '{signal}') as {signal}_{name}"
        for signal in SIGNALS
        for name in MEASURES
    ]
    return f"""
        with long as (
            select lead_id, signal, {", ".join(measures)}
            from events where known_at <= {AS_OF} group by lead_id, signal
        )

        select lead_id, {", ".join(columns)} from long group by lead_id
    """


def with_sql(folder: Path, sql: str) -> Callable[[], object]:
    connection = connect(folder)
    # What is read comes from memory for all of them.
    for table in ("events", "engagement_ledger", "ledger_as_came"):
        connection.execute(f"select max(columns(*)) from {table}").fetchall()
    return lambda: connection.execute(f"create temp table result as {sql}")


def with_pandas(folder: Path) -> Callable[[], object]:
    pd = import_module("pandas")
    with connect(folder) as connection:
        events = connection.execute("from events").df()
    as_of = pd.Timestamp("2026-01-01")

    def run() -> object:
        known = events[events.known_at <= as_of]
        age = (as_of - known.occurred_at) / pd.Timedelta(days=1)
        given = {f"{days}d": (age < days).astype("int32") for days in WINDOWS}
        given |= {f"decayed_{days}d": known.weight * 2.0 ** (-age / days) for days in HALF_LIVES}
        given |= {"days_since_last": age, "total": known.weight}
        how = dict.fromkeys(given, "sum") | {"days_since_last": "min"}
        long = known[["lead_id", "signal"]].assign(**given)
        return long.groupby(["lead_id", "signal"], sort=False).agg(how).unstack("signal")

    return run


def with_polars(folder: Path) -> Callable[[], object]:
    pl = import_module("polars")
    with connect(folder) as connection:
        events = pl.from_arrow(connection.execute("from events").to_arrow_table())
    as_of = pl.lit("2026-01-01").str.to_datetime(time_unit="us")
    age = (as_of - pl.col("occurred_at")).dt.total_microseconds() / 8.64e10
    counts = {f"{days}d": (age < days).sum() for days in WINDOWS}
    decays = {
        f"decayed_{days}d": (pl.col("weight") * (-age * (math.log(2) / days)).exp()).sum()
        for days in HALF_LIVES
    }
    measures = counts | decays | {"days_since_last": age.min(), "total": pl.col("weight").sum()}

    def run() -> object:
        long = (
            events.lazy()
            .filter(pl.col("known_at") <= as_of)
            .group_by("lead_id", "signal")
            .agg(**measures)
            .collect()
        )
        return long.pivot("signal", index="lead_id", values=list(measures))

    return run


def task(folder: Path, name: str) -> Callable[[], object]:
    """The contestant, ready to run."""
    if name == "pandas":
        return with_pandas(folder)
    if name == "polars":
        return with_polars(folder)
    return with_sql(folder, (folder / f"{name}.sql").read_text())


def python_with(package: str, folder: Path) -> str:
    """A Python that can import a package: this one, or one of an environment made for the while."""
    if find_spec(package):
        return sys.executable
    environment = folder / package
    subprocess.run(
        [sys.executable, "-m", "venv", "--system-site-packages", environment], check=True
    )
    own = next(Path(sys.executable).parents[1].glob("lib/python*/site-packages"))
    theirs = next(environment.glob("lib/python*/site-packages"))
    (theirs / "own.pth").write_text(f"{own}\n")
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
    return str(python)


def largest_difference(folder: Path) -> float:
    """Between the project's features and the naive SQL's, relative: float32 has seven digits."""
    with connect(folder) as connection:
        for name in ("own", "naive"):
            sql = (folder / f"{name}.sql").read_text()
            connection.execute(f"create temp table {name} as {sql}")
        names = [
            f"{signal}_{name}" for signal in SIGNALS for name in MEASURES if name[-4:] != "last"
        ]
        differences = ", ".join(
            f"abs(own.{name} - coalesce(naive.{name}, 0)) / greatest(abs(own.{name}), 1e-9)"
            for name in names
        )
        [(largest,)] = connection.execute(f"""
            select max(greatest({differences}))
            from own
            inner join spine using (spine_id)
            inner join naive using (lead_id)
        """).fetchall()
    return largest


def main() -> None:
    if sys.argv[1] == "task":
        print(measure(task(Path(sys.argv[2]), sys.argv[3])))
        return
    events, leads, repeats = (int(given) for given in sys.argv[1:4])
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_ledger(folder, events, leads)
        make_spine(folder, moments=1, step_days=7)
        queries = {
            "bare": BARE.format(table="engagement_ledger"),
            "bare_as_came": BARE.format(table="events"),
            "own": wide_sql(folder),
            "own_as_came": wide_sql(folder).replace("engagement_ledger", "ledger_as_came"),
            "pivoted": pivoted_sql(),
            "naive": naive_sql(),
        }
        for query, sql in queries.items():
            (folder / f"{query}.sql").write_text(sql)

        module = ["-m", "benchmarks.features", "task", str(folder)]
        own = [sys.executable, *module]
        commands = {
            "bare group by lead, signal; by lead": [*own, "bare"],
            "bare group by lead, signal": [*own, "bare_as_came"],
            "Leadhouse; by lead, as its ledger lies": [*own, "own"],
            "Leadhouse": [*own, "own_as_came"],
            "long SQL, then a FILTER a column": [*own, "pivoted"],
            "naive SQL, a FILTER a column": [*own, "naive"],
            "pandas": [python_with("pandas", folder), *module, "pandas"],
            "polars": [python_with("polars", folder), *module, "polars"],
        }
        timings = in_turns(commands, repeats, ONCE)
        difference = largest_difference(folder)

    limit, limit_as_came = (timings[name].seconds for name in list(commands)[:2])
    table = Table("", "seconds", "of the bare, by lead", "of the bare, as came", "peak, GB")
    for name, timing in timings.items():
        table.add_row(
            name,
            f"{timing.seconds:.2f}",
            f"{timing.seconds / limit:.1f}",
            f"{timing.seconds / limit_as_came:.1f}",
            f"{timing.peak_gb:.1f}",
        )
    console = Console(width=120)
    console.print(f"{events:,} events of {leads:,} leads; medians of {repeats} turns")
    console.print(table)
    console.print(f"largest difference from the naive SQL: {difference:.0e} of the value")


if __name__ == "__main__":
    sys.argv += ("5000000", "50000", "5")[len(sys.argv) - 1 :]
    main()
