"""Made-up ledgers, the project's own SQL over them, and contestants timed beside each other.

What a contestant takes is measured in a process of its own, so that its peak memory is its own.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.worlds import BIN, PROJECT

AS_OF = "timestamp '2026-01-01'"
HISTORY_DAYS = 730
HALF_LIVES = (3, 14, 60)
WINDOWS = (1, 7, 30, 90)
# The names are the project's own, since features that combine signals call them by name.
SIGNALS = (
    *("pricing_page_views", "case_study_views", "documentation_views", "page_views"),
    *("content_downloads", "form_submissions", "demo_requests", "webinar_attendances"),
    *("email_sends", "email_opens", "email_clicks", "email_replies"),
    *("calls", "meetings_booked", "product_logins", "other_events"),
)
MEASURES = (
    *(f"{days}d" for days in WINDOWS),
    *(f"decayed_{days}d" for days in HALF_LIVES),
    "days_since_last",
    "total",
)
DECLARED = {
    "half_lives_days": list(HALF_LIVES),
    "windows_days": list(WINDOWS),
    "signals": [
        {"name": name, "event_types": [name], "channel": "web", "stage": "use", "sign": "positive"}
        for name in SIGNALS[:-1]
    ],
}


def compiled(folder: Path, jinja: str) -> str:
    """The SQL that the project's macros make of Jinja, over the warehouse of the folder."""
    return subprocess.run(
        [
            *(BIN / "dbt", "--quiet", "compile", "--no-introspect", "--inline", jinja),
            *("--vars", json.dumps(DECLARED)),
        ],
        cwd=PROJECT,
        env=os.environ
        | {
            "LEADHOUSE_DATABASE": str(database(folder)),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def wide_sql(folder: Path) -> str:
    """The project's features of a spine's rows: a column for each signal and measure."""
    wide = compiled(
        folder,
        """
        with engagement_of_rows as (
            {{ engagement_by_lead_moment("spine", step_days=7) }}
        ),

        signal_measures as (
            {{ signal_measures_by_lead_moment("spine", "engagement_of_rows") }}
        )

        select * from signal_measures
        """,
    )
    columns = ", ".join(f"{signal}_{name}" for signal in SIGNALS for name in MEASURES)
    return f"select spine_id, {columns} from ({wide})"


def age_days(moment: str) -> str:
    """SQL: how many days an entry is old at a moment."""
    return f"date_diff('microsecond', occurred_at, {moment}) / 8.64e10"


def filtered_columns(moment: str) -> list[str]:
    """The same as SQL that one writes first: a FILTER for each column."""
    columns = []
    for signal in SIGNALS:
        chosen = f"signal = '{signal}'"
        columns += [
            f"count(*) filter (where {chosen} and occurred_at > {moment} - interval {days} day)"
            f" as {signal}_{days}d"
            for days in WINDOWS
        ]
        columns += [
            f"sum(weight * pow(2, -({age_days(moment)}) / {days})) filter (where {chosen})"
            f" as {signal}_decayed_{days}d"
            for days in HALF_LIVES
        ]
        columns.append(f"max(occurred_at) filter (where {chosen}) as {signal}_last_at")
        columns.append(f"sum(weight) filter (where {chosen}) as {signal}_total")
    return columns


def database(folder: Path) -> Path:
    return folder / "leadhouse.duckdb"


def make_ledger(folder: Path, events: int, leads: int) -> None:
    """Writes a warehouse: `events` as they came, and the tables that features are computed from.

    Two years of events that are spread over leads and signals unevenly, as real ones are: one lead
    or signal has many times what another has. One in four is known only up to a day later.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ledger_sql = compiled(
        folder,
        """
        select
            events.*,
            {{ signal_number("events.signal") }} as signal_number
            {%- for measure in measures() if measure.kind == "decay" %},
            events.weight * {{ forward_weight(
                "events.occurred_at",
                decay_landmark("run_context.as_of", measure.days),
                measure.days,
            ) }} as forward_{{ measure.column }}
            {%- endfor %}
        from events
        cross join run_context
        """,
    )
    with connect(folder, read_only=False) as connection:
        connection.execute(f"create table run_context as select {AS_OF} as as_of")
        connection.execute(f"""
            create table events as
            with drawn as (
                select
                    hash(event, 1) % 1000003 / 1000003 as of_lead,
                    hash(event, 2) % 1000003 / 1000003 as of_signal,
                    cast(hash(event, 3) % {HISTORY_DAYS * 86400} as bigint) as seconds_ago,
                    case
                        when hash(event, 4) % 4 = 0 then cast(hash(event, 5) % 86400 as bigint)
                        else 0
                    end as late
                from range({events}) as events(event)
            )

            select
                'lead-' || lpad(
                    cast(cast(floor(of_lead ** 1.5 * {leads}) as bigint) as varchar), 8, '0'
                ) as lead_id,
                {list(SIGNALS)}[1 + cast(floor(of_signal ** 1.5 * {len(SIGNALS)}) as bigint)]
                    as signal,
                {AS_OF} - to_seconds(seconds_ago) as occurred_at,
                {AS_OF} - to_seconds(seconds_ago - late) as known_at,
                cast(1 as double) as weight
            from drawn
        """)
        connection.execute(f"create table ledger_as_came as {ledger_sql}")
        connection.execute("create table engagement_ledger as from ledger_as_came order by lead_id")
        connection.execute("""
            create table int_signal_coverage as
            select signal, min(known_at) as first_known_at from events group by signal
        """)


def make_spine(folder: Path, moments: int, step_days: int) -> None:
    """Adds a spine of so many moments of every lead, the last of them the as_of."""
    with connect(folder, read_only=False) as connection:
        connection.execute(f"""
            create table spine as
            select
                cast(row_number() over (order by lead_id, step desc) as integer) as spine_id,
                lead_id,
                {AS_OF} - to_days(cast(step * {step_days} as integer)) as moment_at,
                cast(null as timestamp) as known_until
            from (select distinct lead_id from events), range({moments}) as steps(step)
        """)


def connect(folder: Path, read_only: bool = True) -> duckdb.DuckDBPyConnection:
    """The warehouse of the folder, as profiles.yml opens it."""
    return duckdb.connect(database(folder), read_only=read_only, config={"threads": 2})


@dataclass(frozen=True)
class Timing:
    """What a contestant took: the median of its turns, and the most memory that it held."""

    seconds: float
    peak_gb: float


def measure(run: Callable[[], object]) -> str:
    """Runs a contestant in this process; gives its figures as a line for `in_turns`."""
    began = time.perf_counter()
    run()
    seconds = time.perf_counter() - began
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return json.dumps({"seconds": seconds, "peak_gb": peak_gb})


def in_turns(
    commands: dict[str, list[str]], repeats: int, once: Iterable[str] = ()
) -> dict[str, Timing]:
    """Times commands that print what `measure` gives.

    They take turns, so that whatever else the machine does slows all of them; those in `once` have
    one turn.
    """
    found: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for turn in range(repeats):
        for name, command in commands.items():
            if turn and name in once:
                continue
            done = subprocess.run(
                command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True
            )
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
            print(f"{name}: {found[name][-1]['seconds']:.2f} s", file=sys.stderr, flush=True)
    return {
        name: Timing(
            statistics.median(of["seconds"] for of in figures),
            max(of["peak_gb"] for of in figures),
        )
        for name, figures in found.items()
    }
