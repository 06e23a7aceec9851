"""Syncs with random faults and kills: what was met, and that nothing was lost by it.

python -m benchmarks.faults [RUNS] [SEED]
"""

import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.syncing.faults import FaultRuns


def main(count: int = 1000, seed: int = 1) -> None:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        runs = FaultRuns(Path(folder), seed)
        runs.make(count)
    table = Table("", "count", title=f"{count:,} runs in {time.monotonic() - began:,.0f} s")
    for name, number in sorted(runs.met.items()):
        table.add_row(name, f"{number:,}")
    Console().print(table)
    print("Each lead's newest values stand; the log explains each upsert; none came late.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
