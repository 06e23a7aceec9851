"""Builds killed at random moments in every phase, or short of room: that it did no harm.

python -m tests.crash [KILLS] [SEED] [LACKS]

Two lanes at a time; in one of them each build trains, in the other it does not.
"""

import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.conftest import demo_world
from tests.crash.stops import address_space_limited, file_size_limited, killed_at, killed_in
from tests.crash.trials import LEADS, VARIABLES, Lane, Trial

LANES = {"trains": VARIABLES, "daily": VARIABLES | {"retrain": "auto"}}


def kills(lane: Lane, count: int, draw: random.Random) -> Iterator[Trial]:
    """Trials of kills: by turns at any moment of the whole build, and in one of each phase.

    A build that was over before it could be killed is one more than asked for.
    """
    number = killed = 0
    while killed < count:
        # Drawn anew from the last build: the machine is not always as fast.
        spans = lane.spans()
        phase = list(spans)[number // 2 % len(spans)]
        trial = lane.trial(
            killed_in(phase, draw.uniform(0, spans[phase]), lane.folders)
            if number % 2
            else killed_at(draw.uniform(0, lane.seconds))
        )
        number, killed = number + 1, killed + (trial.code == -signal.SIGKILL)
        yield trial


def lacks(lane: Lane, count: int, draw: random.Random) -> Iterator[Trial]:
    """Trials of what runs out, by turns: room on the disk, memory, DuckDB's share of it."""
    database = lane.folder / "first day" / lane.database.name
    for number in range(count):
        share = draw.random()
        match number % 3:
            case 0:
                size = int(share * 1.2 * database.stat().st_size)
                yield lane.trial(lacks="room in a file", limit=file_size_limited(size))
            case 1:
                size = int(200e6 * 20**share)
                yield lane.trial(lacks="memory", limit=address_space_limited(size))
            case _:
                size = f"{10 * 20**share:.0f}MB"
                yield lane.trial(lacks="memory for DuckDB", LEADHOUSE_MEMORY_LIMIT=size)


def lane_of_trials(
    folder: Path, world: Path, name: str, counts: tuple[int, int], seed: int
) -> list[Trial]:
    lane = Lane(folder / name, LANES[name])
    lane.prepare(world)
    draw = random.Random(f"{seed} {name}")  # noqa: S311 (a seed of trials is no secret)
    trials = []
    for trial in chain(kills(lane, counts[0], draw), lacks(lane, counts[1], draw)):
        trials.append(trial)
        print(f"{name}, {trial.met}: {trial.failure or trial.published}", flush=True)
    return trials


def halves(*counts: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(count - count // 2 for count in counts), tuple(count // 2 for count in counts)


def main(count_kills: int = 100, seed: int = 1, count_lacks: int = 0) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        world = folder / "world"
        demo_world(world, LEADS)
        began = time.monotonic()
        with ThreadPoolExecutor(len(LANES)) as threads:
            each = [
                threads.submit(lane_of_trials, folder, world, name, counts, seed)
                for name, counts in zip(LANES, halves(count_kills, count_lacks), strict=True)
            ]
            trials = [trial for lane in each for trial in lane.result()]
    tries, stopped, failed = (
        Counter(trial.met for trial in trials if counts(trial))
        for counts in (lambda _: True, lambda trial: trial.code, lambda trial: trial.failure)
    )
    minutes = (time.monotonic() - began) / 60
    title = f"{len(trials)} trials in {minutes:.0f} minutes"
    table = Table("met", "tries", "stopped", "failures", title=title)
    for met in tries:
        table.add_row(met, *(str(figures[met]) for figures in (tries, stopped, failed)))
    Console().print(table)
    if failed:
        raise SystemExit(1)
    print("What was published was whole each time, and the next build gave what it should.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
