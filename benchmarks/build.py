"""A build as users run it: the first, a day later, and when nothing has changed; beside dbt parse.

python -m benchmarks.build [LEADS] [REPEATS]

dbt's own tests and unit tests are part of the builds, as they are of a user's.
"""

import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.processes import Run, environment, run
from benchmarks.worlds import BIN, demo_world

# Leads are what they are; of facts, those of the last day are held back.
KNOWN_AT = {
    "events": "coalesce(received_at, occurred_at)",
    "outcomes": "outcome_at",
    "touches": "touched_at",
    "identities": "identified_at",
    "qualification": "answered_at",
}
LAST_DAY = "{} between timestamp '{}' - interval 1 day and localtimestamp"
SLOWEST = 15


def the_day_before(raw: Path, folder: Path) -> Path:
    """The same inputs without what became known on the last day, events in a folder of files."""
    shutil.copytree(raw, folder)
    folder.joinpath("events").mkdir()
    folder.joinpath("events.parquet").unlink()
    for table in KNOWN_AT:
        file = f"{table}.parquet" if table != "events" else "events/until_then.parquet"
        write(raw, table, f"not {last_day(raw, table)}", folder / file)
    return folder


def hand_over_the_day(raw: Path, folder: Path) -> None:
    """What became known on the last day: a file of events, and the other tables as they are now."""
    for table in KNOWN_AT:
        if table == "events":
            write(raw, table, last_day(raw, table), folder / "events" / "the_day.parquet")
        else:
            shutil.copy(raw / f"{table}.parquet", folder)


def last_day(raw: Path, table: str) -> str:
    """A condition of the rows that became known on the last day; dirt in the future is not."""
    known_at = KNOWN_AT["events"]
    with duckdb.connect() as connection:
        [(last,)] = connection.execute(
            f"select max({known_at}) from '{raw}/events.parquet' where {known_at} < localtimestamp"
        ).fetchall()
    return f"coalesce({LAST_DAY.format(KNOWN_AT[table], last)}, false)"


def write(raw: Path, table: str, condition: str, file: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"copy (from '{raw}/{table}.parquet' where {condition}) to '{file}'")


def slowest_nodes(target: Path) -> list[tuple[str, float]]:
    results = json.loads((target / "run_results.json").read_text())["results"]
    times = [(result["unique_id"], result["execution_time"]) for result in results]
    return sorted(times, key=lambda time: -time[1])[:SLOWEST]


def main() -> None:
    given = [*sys.argv[1:], *("20000", "3")[len(sys.argv) - 1 :]]
    leads, repeats = int(given[0]), int(given[1])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        log = folder / "log"
        raw = demo_world(folder / "raw", leads, seed=7)
        inputs = the_day_before(raw, folder / "inputs")
        told = environment(inputs, folder)
        build, parse = [BIN / "leadhouse", "build"], [BIN / "dbt", "parse"]
        runs: dict[str, list[Run]] = {"the first": [run(build, told, log)]}
        hand_over_the_day(raw, inputs)
        runs["a day later"] = [run(build, told, log)]
        nodes = slowest_nodes(folder / "target")
        for _ in range(repeats):
            runs.setdefault("nothing has changed", []).append(run(build, told, log))
            runs.setdefault("dbt parse", []).append(run(parse, told, log))

    limit = statistics.median(run.seconds for run in runs["dbt parse"])
    table = Table("build", "seconds", "times dbt parse", "CPU seconds", "peak, GB")
    for name, those in runs.items():
        seconds = statistics.median(run.seconds for run in those)
        table.add_row(
            name,
            f"{seconds:.1f}",
            f"{seconds / limit:.2f}",
            f"{statistics.median(run.cpu_seconds for run in those):.1f}",
            f"{max(run.peak for run in those):.2f}",
        )
    Console().print(table)
    dearest = Table("a day later, what takes longest", "seconds")
    for name, seconds in nodes:
        dearest.add_row(name, f"{seconds:.1f}")
    Console().print(dearest)


if __name__ == "__main__":
    main()
