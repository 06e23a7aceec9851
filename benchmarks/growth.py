"""Ten times the events: how time and memory grow, from the inputs to the scores of every lead.

python -m benchmarks.growth [EVENTS ...]

A made-up company with a lead for every hundred events, of whom a third is still open; a folder of
inputs for each size, built from nothing by `dbt build` without its tests. Looking ahead for the end
of tiers is left out: it grows with the open leads, not with the events (see benchmarks.build). The
exponent between two sizes is the slope of log(CPU seconds), less those of a build of hardly any
events, over log(events).
"""

import json
import math
import sys
import tempfile
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.processes import Run, environment, run
from benchmarks.worlds import BIN

EVENTS_PER_LEAD = 100
FIXED = 10_000
VARIABLES = {"evaluation_origins": 1, "stability_resamples": 0, "tier_expiry_days": 0}
TYPES = (
    *("page_view", "page_view", "page_view", "email_sent", "email_opened", "email_clicked"),
    *("content_downloaded", "product_login", "feature_used", "demo_requested"),
)
WORLD = """
    select setseed(0.5);

    create table leads as
    select
        'L' || range as lead_id,
        timestamp '2024-12-01' + to_seconds(cast(random() * 3.4e7 as bigint)) as created_at,
        'person' || range || '@company' || range // 3 || '.example' as email,
        ['Engineer', 'Head of IT', 'CEO', 'Buyer'][1 + range % 4] as job_title,
        ['web', 'event', 'partner'][1 + range % 3] as lead_source,
        pow(random(), 2) as interest
    from range($leads);

    create table outcomes as
    select
        lead_id,
        case when random() < interest / 3 then 'won' else 'lost' end as outcome,
        created_at + to_seconds(cast(random() * 1e7 as bigint)) as outcome_at
    from leads
    where random() < 2e0 / 3;
    delete from outcomes where outcome_at > timestamp '2026-01-01';
"""
# Visits of five events, a minute apart. They grow rarer with a lead's age; a tenth of the events is
# known hours later.
EVENTS = """
    select
        'E' || number as event_id,
        lead_id,
        types[1 + cast(floor(random() * len(types)) as bigint)] as event_type,
        'https://example.com/' || if(number % 7 = 0, 'pricing', '') as url,
        'V' || visit as session_id,
        occurred_at,
        occurred_at + to_seconds(if(number % 10 = 0, 18000, 1)) as received_at
    from (
        select
            events.number,
            events.visit,
            leads.lead_id,
            $types as types,
            leads.created_at
            + (timestamp '2026-01-01' - leads.created_at) * pow(events.share_of_life, 2)
            + to_minutes(events.number % 5) as occurred_at
        from (
            select
                range as number,
                range // 5 as visit,
                hash(range // 5) % $leads as lead,
                hash(range // 5, 'moment') / pow(2e0, 64) as share_of_life
            from range($first, $last)
        ) as events
        inner join leads on leads.rowid = events.lead
    )
    where occurred_at < timestamp '2025-12-31 18:00:00'
"""
EVENTS_PER_FILE = 5_000_000


def write_world(folder: Path, events: int) -> Path:
    """Writes a folder of inputs with so many events, in files of a few million each."""
    (folder / "events").mkdir(parents=True)
    leads = max(events // EVENTS_PER_LEAD, 1000)
    with duckdb.connect() as connection:
        connection.execute(WORLD.replace("$leads", str(leads)))
        for first in range(0, events, EVENTS_PER_FILE):
            part = {"first": first, "last": min(first + EVENTS_PER_FILE, events), "leads": leads}
            connection.sql(EVENTS, params=part | {"types": list(TYPES)}).write_parquet(
                str(folder / "events" / f"{first}.parquet")
            )
        connection.sql("select * exclude (interest) from leads").write_parquet(
            str(folder / "leads.parquet")
        )
        connection.table("outcomes").write_parquet(str(folder / "outcomes.parquet"))
    return folder


def build(events: int) -> Run:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        raw = write_world(folder / "raw", events)
        left_out = ["--exclude-resource-type", "test", "unit_test"]
        command = [BIN / "dbt", "build", *left_out, "--vars", json.dumps(VARIABLES)]
        return run(command, environment(raw, folder), folder / "log")


def main() -> None:
    sizes = [int(events) for events in sys.argv[1:]] or [1_000_000, 10_000_000, 100_000_000]
    fixed = build(FIXED)
    table = Table("events", "leads", "seconds", "CPU seconds", "exponent", "peak, GB")
    before: tuple[int, float] | None = None
    for events in sizes:
        done = build(events)
        own = done.cpu_seconds - fixed.cpu_seconds
        slope = "" if before is None else f"{math.log(own / before[1], events / before[0]):.2f}"
        before = events, own
        table.add_row(
            f"{events:,}",
            f"{events // EVENTS_PER_LEAD:,}",
            f"{done.seconds:.0f}",
            f"{done.cpu_seconds:.0f}",
            slope,
            f"{done.peak:.2f}",
        )
    Console().print(table)
    Console().print(f"of which fixed: {fixed.cpu_seconds:.0f} CPU seconds, {fixed.peak:.2f} GB")


if __name__ == "__main__":
    main()
