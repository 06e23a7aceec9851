"""Worlds out of all proportion: the time and memory of the models that they press on.

python -m benchmarks.hostile [NAME ...]
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.processes import environment, run
from benchmarks.worlds import BIN

VARIABLES = {"evaluation_origins": 1, "stability_resamples": 0, "tier_expiry_days": 0}
MEMORY_LIMIT = "4GB"


@dataclass(frozen=True)
class World:
    """Inputs by table, as SQL; a question to the warehouse with its answer; what dbt is to build.

    All is built where nothing is selected.
    """

    tables: dict[str, str]
    question: str
    answer: tuple[int, ...]
    select: str = ""


def _letters(number: str) -> str:
    """A number in SQL as a word of letters: names are read without digits."""
    return f"translate(({number})::varchar, '0123456789', 'abcdefghij')"


_OUTCOMES = """
    select
        'L' || range as lead_id,
        if(range % 2 = 0, 'won', 'lost') as outcome,
        timestamp '2025-11-01' as outcome_at
    from range(300)
"""
WORLDS: dict[str, World] = {
    "a lead with a million events": World(
        {
            "leads": """
                select
                    'L' || range as lead_id,
                    timestamp '2025-01-01' + to_hours(range) as created_at
                from range(400)
            """,
            "events": """
                select
                    'E' || range as event_id,
                    'L' || if(range < 1_000_000, 399, range % 400) as lead_id,
                    if(range % 2 = 0, 'page_view', 'type ' || range % 50_000) as event_type,
                    'topic ' || range % 1000 as topic,
                    timestamp '2025-02-01' + to_seconds(range * 25 % 25_000_000) as occurred_at
                from range(1_010_000)
            """,
            "outcomes": _OUTCOMES,
        },
        question="""
            select count(*), max(lead_scores.score) >= 0
            from int_signal_events inner join lead_scores using (lead_id) where lead_id = 'L399'
        """,
        answer=(1_000_025, True),
    ),
    "a million leads with one visitor": World(
        {
            "leads": """
                select
                    'L' || range as lead_id,
                    timestamp '2025-01-01' + to_seconds(range * 20) as created_at
                from range(1_000_000)
            """,
            "identities": """
                select
                    'V' as anonymous_id,
                    'L' || range as lead_id,
                    timestamp '2025-01-02' + to_seconds(range * 20) as identified_at
                from range(1_000_000)
            """,
            "events": """
                select
                    'E' || range as event_id,
                    'V' as anonymous_id,
                    'page_view' as event_type,
                    timestamp '2025-01-01' + to_seconds(range * 200) as occurred_at
                from range(100_000)
            """,
            "outcomes": _OUTCOMES,
        },
        # With the 21st lead, 400 seconds into the second day, the visitor is a device of many.
        question="""
            select count(*), max(occurred_at) = timestamp '2025-01-02 00:03:20'
            from int_signal_events
        """,
        answer=(434, True),
        select="+int_event_owners +int_signal_events +int_lead_events +input_row_counts",
    ),
    "a circle of merges through 100,000 leads": World(
        {
            # Each shares an address with one neighbour, a name and a company with the other.
            "leads": f"""
                select
                    'L' || range as lead_id,
                    timestamp '2025-01-01' + to_seconds(range * 77 % 20_000_000) as created_at,
                    'p' || range // 2 || '@gmail.com' as email,
                    'Ann' as first_name,
                    'Lee' || {_letters("(range + 1) // 2 % 50_000")} as last_name,
                    'A' as account_id
                from range(100_000)
            """,
            "accounts": "select 'A' as account_id, 'Acme' as name, 'acme.com' as domain",
            "events": """
                select
                    'E' || range as event_id,
                    'L' || range % 100_000 as lead_id,
                    'page_view' as event_type,
                    timestamp '2025-01-01' + to_seconds(range * 20) as occurred_at
                from range(1_000_000)
            """,
            "outcomes": _OUTCOMES,
        },
        question="select count(*), count(distinct canonical_lead_id) from int_canonical_leads",
        answer=(100_000, 1),
        select="+lead_merges +account_merges +int_signal_events +int_lead_events +input_row_counts",
    ),
}


def write_world(folder: Path, world: World) -> Path:
    folder.mkdir(parents=True)
    for table, sql in world.tables.items():
        duckdb.sql(sql).write_parquet(str(folder / f"{table}.parquet"))
    return folder


def main(names: list[str]) -> None:
    table = Table("world", "seconds", "CPU seconds", "peak, GB", title=f"DuckDB has {MEMORY_LIMIT}")
    for name in names or WORLDS:
        world = WORLDS[name]
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            raw = write_world(folder / "raw", world)
            left_out = ["--exclude-resource-type", "test", "unit_test"]
            selected = ["--select", *world.select.split()] if world.select else []
            command = [BIN / "dbt", "build", *left_out, *selected, "--vars", json.dumps(VARIABLES)]
            limited = environment(raw, folder) | {"LEADHOUSE_MEMORY_LIMIT": MEMORY_LIMIT}
            done = run(command, limited, folder / "log")
            with duckdb.connect(folder / "leadhouse.duckdb", read_only=True) as warehouse:
                answer = warehouse.execute(world.question).fetchone()
        if answer != world.answer:
            raise SystemExit(f"{name}: {answer}, and not {world.answer}")
        table.add_row(name, f"{done.seconds:.0f}", f"{done.cpu_seconds:.0f}", f"{done.peak:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
