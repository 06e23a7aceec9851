"""What a day costs: staging, identity and signals in full, then days of 0.3%, then nothing.

python -m benchmarks.increment [EVENTS]

The time of a run is from its first model's start to its last one's end, by dbt's own record: what
dbt itself takes, some seconds whatever there is to do, is not in it. On a machine that others use,
the seconds of the processors say more; dbt's own are in them, and in a run that brings nothing too.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).parents[1]
LAYERS = (
    "path:models/staging",
    "path:models/identity",
    "int_lead_clusters",
    "path:models/signals",
)
DAYS = 330
FURTHER_DAYS = 3
ALL_DAYS = DAYS + FURTHER_DAYS
# A hundred events a lead, few leads with many of them. A third name a visitor alone; one in fifty
# arrives up to ten days late. One lead in fifty is a duplicate; leads and visitors come all along.
WORLD = """
    select setseed(0.1);

    create macro moment_of(share) as
        timestamp '2025-01-01' + to_seconds(share * getvariable('days') * 86400.0);

    create table leads as
    select
        'lead-' || number as lead_id,
        moment_of(number / getvariable('leads')) as created_at,
        'person' || (case when number % 50 = 49 then number - 40 else number end)
        || '@company' || (number % 5000) || '.com' as email
    from range(getvariable('leads')) as numbers (number);

    create table identities as
    select
        'visitor-' || (number * 2) as anonymous_id,
        'lead-' || number as lead_id,
        moment_of(number / getvariable('leads')) + interval 2 day as identified_at
    from range(getvariable('leads')) as numbers (number);

    create table outcomes as
    select lead_id, 'won' as outcome, created_at as outcome_at from leads limit 0;

    create table drawn as
    select
        number,
        number / getvariable('events') as share,
        floor(getvariable('leads') * share * (1 - sqrt(random())))::int as lead_number,
        random() as kind,
        random() as delay,
        random() as page,
        random() as named
    from range(getvariable('events')) as numbers (number);

    create view events as
    select
        kind >= 0.4 as is_web,
        md5(number::varchar) as event_id,
        moment_of(share) as received_at,
        received_at - to_days(case when delay < 0.02 then (delay * 500)::int else 0 end)
            as occurred_at,
        case
            when kind < 0.25 then 'email_sent'
            when kind < 0.35 then 'email_opened'
            when kind < 0.40 then 'email_clicked'
            when kind < 0.90 then 'page_view'
            else 'feature_used'
        end as event_type,
        case when named > 0.33 or not is_web then 'lead-' || lead_number end as lead_id,
        'visitor-' || (lead_number * 2 + (page * 2)::int) as anonymous_id,
        case when is_web then 'https://example.com/page/' || (page * 500)::int end as url,
        case when is_web and page < 0.5 then 'topic ' || (page * 40)::int end as topic,
        number * getvariable('days') // getvariable('events') as happened_on,
        case when is_web then 'session-' || lead_number || '-' || happened_on end as session_id,
        case when is_web then page * 300 end as duration_seconds
    from drawn;
"""
# What is listed model by model; all others are the rest.
SHOWN = (
    "base_events",
    "int_event_owners",
    "int_signal_events",
    "int_first_engagements",
    "int_email_responses",
    "int_engagement_entries",
    "int_signal_coverage",
    "input_row_counts",
    "input_unparsable_values",
)


@dataclass(frozen=True)
class Run:
    """Seconds of a run and of each of its models, and what the process took.

    `cpu` is in seconds of processors, `memory` the most that it took, in GB.
    """

    seconds: float
    models: dict[str, float]
    cpu: float
    memory: float


class World:
    """Made-up events, leads and visitors, handed over day by day."""

    def __init__(self, folder: Path, events: int) -> None:
        """Makes the world; `folder` is where its files are handed over."""
        self._folder = folder
        self._connection = duckdb.connect()
        folder.joinpath("events").mkdir(parents=True)
        for name, value in {"events": events, "leads": events // 100, "days": ALL_DAYS}.items():
            self._connection.execute(f"set variable {name} = {value}")
        self._connection.execute(WORLD)
        self._write("outcomes", "true", folder / "outcomes.parquet")

    def hand_over(self, day: int) -> None:
        """A file of the day's events."""
        file = self._folder / "events" / f"day-{day:04}.parquet"
        self._write("events", f"happened_on = {day}", file)

    def hand_over_people(self, day: int) -> None:
        """The leads and identities that are known by the end of a day."""
        known = f"timestamp '2025-01-01' + to_days({day + 1})"
        self._write("leads", f"created_at < {known}", self._folder / "leads.parquet")
        self._write("identities", f"identified_at < {known}", self._folder / "identities.parquet")

    def _write(self, table: str, condition: str, file: Path) -> None:
        self._connection.table(table).filter(condition).write_parquet(str(file))


def dbt(folder: Path, *arguments: str) -> tuple[float, float]:
    """Runs dbt; gives its seconds of processors and the most memory that it took, in GB."""
    environment = os.environ | {
        "LEADHOUSE_DATABASE": str(folder / "leadhouse.duckdb"),
        "LEADHOUSE_RAW_DIR": str(folder / "raw"),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    command = [Path(sys.executable).parent / "dbt", "--quiet", *arguments]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"dbt {' '.join(arguments)} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6


def run(folder: Path) -> Run:
    """Builds the layers on what lies in the folder."""
    options = ("--vars", json.dumps({"allow_empty_tables": ["outcomes"]}))
    cpu, memory = dbt(folder, "run", "--select", *LAYERS, *options)
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    models, moments = {}, []
    for result in results:
        if result["unique_id"].startswith("model."):
            models[result["unique_id"].split(".")[-1]] = result["execution_time"]
            for timing in result["timing"]:
                moments += [
                    datetime.fromisoformat(timing[end]) for end in ("started_at", "completed_at")
                ]
    return Run((max(moments) - min(moments)).total_seconds(), models, cpu, memory)


def show(console: Console, runs: dict[str, list[Run]], events: int) -> None:
    """A row for each model that takes time, and one for the whole."""
    full = runs["full"][0]
    table = Table(title=f"{events:,} events; seconds (medians), and shares of the full build")
    table.add_column("model")
    for name in runs:
        table.add_column(name, justify="right")
    rest = [name for name in full.models if name not in SHOWN]
    parts = {name: [name] for name in SHOWN} | {f"{len(rest)} others": rest}
    for label, names in parts.items():
        cells = [
            statistics.median(sum(one.models[name] for name in names) for one in some)
            for some in runs.values()
        ]
        table.add_row(label, *(f"{seconds:.2f}" for seconds in cells))
    table.add_section()
    seconds = [statistics.median(one.seconds for one in some) for some in runs.values()]
    table.add_row("all, by the clock", *_with_shares(seconds))
    cpu = [statistics.median(one.cpu for one in some) for some in runs.values()]
    table.add_row("processors, with dbt", *_with_shares(cpu))
    without_dbt = [value - cpu[-1] for value in cpu]
    table.add_row("beyond a run that brings nothing", *_with_shares(without_dbt))
    table.add_row(
        "peak memory, GB", *(f"{max(one.memory for one in some):.2f}" for some in runs.values())
    )
    console.print(table)


def _with_shares(seconds: list[float]) -> list[str]:
    return [f"{value:.2f} ({value / seconds[0]:.1%})" for value in seconds]


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = World(folder / "raw", events)
        for day in range(DAYS):
            world.hand_over(day)
        world.hand_over_people(DAYS - 1)
        dbt(folder, "seed")
        runs = {"full": [run(folder)], "a day": [], "nothing": []}
        for day in range(DAYS, ALL_DAYS):
            world.hand_over(day)
            world.hand_over_people(day)
            runs["a day"].append(run(folder))
            runs["nothing"].append(run(folder))
        show(Console(width=120), runs, events)


if __name__ == "__main__":
    main()
