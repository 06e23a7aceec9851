"""Hostile folders by the thousand: what came of each kind.

python -m tests.hostile [COUNT] [SEED] [PART OF A KIND'S NAME]
"""

import os
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.conftest import Warehouse
from tests.hostile.runs import Kind, Tally, kinds, run
from tests.hostile.trial import Outcome
from tests.inputs.worlds import Staging

# Of a kind of weight one. All kinds come in each round, so that an early end leaves none out.
PER_ROUND = 10


def main(count: int = 10_000, seed: int = 1, name: str = "") -> int:
    """Prints a table, also when ended early (of what is done); gives the number of faults."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tried = [kind for kind in kinds() if name in kind.name]
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    staging = Staging.compiled(Warehouse(folder / "warehouse"))
    rounds = -(-count // (PER_ROUND * sum(kind.weight for kind in tried)))
    parts = [(kind, seed + PER_ROUND * 10 * number) for number in range(rounds) for kind in tried]
    tallies = {kind.name: Tally() for kind in tried}
    began = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        try:
            done = threads.map(lambda part: _run(*part, staging, folder), parts)
            for (kind, _), tally in zip(parts, done, strict=True):
                tallies[kind.name].add(tally)
        except KeyboardInterrupt:
            threads.shutdown(cancel_futures=True)
    Console(width=110).print(_table(tallies, time.monotonic() - began))
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    print(*faults, sep="\n")
    return len(faults)


def _run(kind: Kind, seed: int, staging: Staging, folder: Path) -> Tally:
    return run(kind, PER_ROUND * kind.weight, seed, staging, folder / f"{seed}")


def _table(tallies: dict[str, Tally], seconds: float) -> Table:
    tries = sum(tally.outcomes.total() for tally in tallies.values())
    table = Table(
        *("kind", "tries", *Outcome, "s per 1,000", "peak MB"),
        title=f"{tries:,} folders in {seconds:,.0f} s ({1000 * seconds / tries:.0f} s per 1,000)",
    )
    for name, tally in tallies.items():
        total = tally.outcomes.total()
        table.add_row(
            name,
            f"{total:,}",
            *(f"{tally.outcomes[outcome]:,}" for outcome in Outcome),
            f"{1000 * tally.seconds / max(total, 1):.0f}",
            f"{tally.peak_bytes >> 20}",
        )
    return table


if __name__ == "__main__":
    numbers, names = sys.argv[1:3], sys.argv[3:]
    sys.exit(min(main(*map(int, numbers), *names), 1))
