"""Hostile folders by the thousand: what came of each kind.

python -m tests.hostile [COUNT] [SEED] [PART OF A KIND'S NAME]
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.conftest import Warehouse
from tests.hostile.runs import Kind, Tally, kinds, run
from tests.hostile.trial import Outcome
from tests.inputs.worlds import Staging


def main(count: int = 10_000, seed: int = 1, name: str = "") -> int:
    """Prints a table; gives the number of faults. Folders with faults are kept."""
    tried = [kind for kind in kinds() if name in kind.name]
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    staging = Staging.compiled(Warehouse(folder / "warehouse"))
    began = time.monotonic()
    per_weight = -(-count // sum(kind.weight for kind in tried))
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        tallies = list(
            threads.map(partial(_run, per_weight, seed, staging, folder / "folders"), tried)
        )
    seconds = time.monotonic() - began
    tries = sum(tally.outcomes.total() for tally in tallies)
    table = Table(
        *("kind", "tries", *Outcome, "s per 1,000", "peak MB"),
        title=f"{tries:,} folders in {seconds:,.0f} s ({1000 * seconds / tries:.0f} s per 1,000)",
    )
    for kind, tally in zip(tried, tallies, strict=True):
        outcomes = (f"{tally.outcomes[outcome]:,}" for outcome in Outcome)
        total = tally.outcomes.total()
        table.add_row(
            kind.name,
            f"{total:,}",
            *outcomes,
            f"{1000 * tally.seconds / total:.0f}",
            f"{tally.peak_bytes >> 20}",
        )
    Console(width=110).print(table)
    faults = [fault for tally in tallies for fault in tally.faults]
    print(*faults, sep="\n")
    return len(faults)


def _run(per_weight: int, seed: int, staging: Staging, folder: Path, kind: Kind) -> Tally:
    return run(kind, per_weight * kind.weight, seed, staging, folder)


if __name__ == "__main__":
    numbers, names = sys.argv[1:3], sys.argv[3:]
    sys.exit(min(main(*map(int, numbers), *names), 1))
