"""How fast leads are told to HubSpot at its limits, and in how many calls.

python -m benchmarks.sync [LEADS]
"""

import math
import multiprocessing
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from leadhouse.syncing.fields import FIELDS
from leadhouse.syncing.hubspot import HubSpotDestination
from leadhouse.syncing.hubspot_calls import HubSpotSettings
from leadhouse.syncing.run import Summary, run_sync
from leadhouse.syncing.settings import SyncSettings
from leadhouse.syncing.updates import read_due
from tests.syncing.hubspot_server import HubSpotServer
from tests.syncing.warehouse import make_warehouse, want

TYPES = {"number": "number", "text": "string", "datetime": "datetime"}
VALUES = {"number": 0.5, "text": "Opened three e-mails", "datetime": "2026-01-31T07:00:00Z"}
NAMES = {f"leadhouse_{name}": name for name in FIELDS}


def serve(pipe: Connection) -> None:
    """A HubSpot in a process of its own: tells its URL, then how many requests it had, and 429s."""
    with HubSpotServer() as server:
        server.add_properties({name: TYPES[FIELDS[field].type] for name, field in NAMES.items()})
        pipe.send(server.url)
        while pipe.recv():
            statuses = [request.status for request in server.requests]
            pipe.send((len(statuses), statuses.count(429)))


@dataclass(frozen=True)
class Run:
    what: str
    summary: Summary
    requests: int
    refused_for_their_rate: int


def main(count: int = 100_000) -> None:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = ours.recv()
    destination = HubSpotDestination(HubSpotSettings(token=HubSpotServer.token, url=url))
    runs = []
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(duckdb.connect(Path(folder) / "leadhouse.duckdb")) as connection,
    ):
        make_warehouse(connection, "hubspot", NAMES)
        for what, score in (("all new", 1.0), ("nothing due", 1.0), ("all changed", 2.0)):
            values = {name: VALUES[FIELDS[field].type] for name, field in NAMES.items()}
            values |= {"leadhouse_score": score}
            want(
                connection,
                "hubspot",
                {f"l{number}": (f"l{number}@x.org", score, values) for number in range(count)},
            )
            due = read_due(connection, "hubspot")
            summary = run_sync(connection, destination, SyncSettings(), due)
            ours.send(True)
            before = (
                sum(run.requests for run in runs),
                sum(run.refused_for_their_rate for run in runs),
            )
            total, refused = ours.recv()
            runs.append(Run(what, summary, total - before[0], refused - before[1]))
    ours.send(False)
    server.join()

    table = Table("", "seconds", "leads/s", "calls", "fewest", "requests", "429", "outcome")
    for run in runs:
        summary = run.summary
        table.add_row(
            run.what,
            f"{summary.seconds:.1f}",
            f"{summary.told / summary.seconds:,.0f}",
            f"{summary.calls:,}",
            f"{math.ceil(summary.due / destination.batch_size):,}",
            f"{run.requests:,}",
            f"{run.refused_for_their_rate}",
            summary.outcome,
        )
    Console().print(table)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
