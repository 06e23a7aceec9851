"""Builds killed at random moments, in every phase: what was met, and that it did no harm.

python -m tests.crash [TRIALS] [SEED]

Two lanes at a time; in one of them each build trains, in the other it does not.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.conftest import demo_world
from tests.crash.stops import kills
from tests.crash.trials import LEADS, VARIABLES, Lane, Trial

LANES = {"trains": VARIABLES, "daily": VARIABLES | {"retrain": "auto"}}


def lane_of_trials(folder: Path, world: Path, name: str, count: int, seed: int) -> list[Trial]:
    lane = Lane(folder / name, LANES[name])
    lane.prepare(world)
    trials = []
    for stop in kills(lane, count, random.Random(f"{seed} {name}")):  # noqa: S311
        trial = lane.trial(stop)
        trials.append(trial)
        print(f"{name}, killed in {trial.phase}: {trial.failure or trial.published}", flush=True)
    return trials


def main(count: int = 100, seed: int = 1) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        world = folder / "world"
        demo_world(world, LEADS)
        began = time.monotonic()
        with ThreadPoolExecutor(len(LANES)) as threads:
            each = [
                threads.submit(lane_of_trials, folder, world, name, half, seed)
                for name, half in zip(LANES, (count - count // 2, count // 2), strict=True)
            ]
            trials = [trial for lane in each for trial in lane.result()]
    tries, killed, failed = (
        Counter(trial.phase for trial in trials if counts(trial))
        for counts in (lambda _: True, lambda trial: trial.code, lambda trial: trial.failure)
    )
    minutes = (time.monotonic() - began) / 60
    table = Table("phase", "tries", "killed", "failures", title=f"{count} in {minutes:.0f} minutes")
    for phase in tries:
        table.add_row(phase, *(str(figures[phase]) for figures in (tries, killed, failed)))
    Console().print(table)
    if failed:
        raise SystemExit(1)
    print("What was published was whole each time, and the next build gave what it should.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
