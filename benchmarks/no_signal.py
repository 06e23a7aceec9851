"""A world without signal: a demo world's labels, dealt anew; every seed must find no signal.

python -m benchmarks.no_signal [LEADS] [SEEDS]
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.worlds import build, demo_world
from leadhouse.learning.data import read_training_set
from leadhouse.learning.ladder import climb
from leadhouse.learning.rungs import LearningSettings
from leadhouse.learning.scorecard import Rule, Scorecard


def main() -> None:
    leads, seeds = (int(v) for v in (*sys.argv[1:], *("2000", "20")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as scratch:
        raw = demo_world(Path(scratch) / "raw", leads, seed=7)
        warehouse = build(raw, Path(scratch) / "built", {}, "+training_set +scorecard_rules")
        data = read_training_set(warehouse.sql("select * from training_set"))
        rules = warehouse.sql("from main_seeds.scorecard_rules order by rule_id")
        scorecard = Scorecard.read(
            [Rule(**row) for row in rules.project(*Rule.model_fields).to_arrow_table().to_pylist()],
            data.schema,
        )

    table = Table("seed", "rung", "best rung", "its gain on the constant", "standard error")
    count_right = 0
    for seed in track(range(seeds), console=Console(stderr=True)):
        dealt = data.take(np.arange(len(data)))
        dealt.label[:] = np.random.default_rng(seed).permutation(data.label)
        found = climb(dealt, scorecard, LearningSettings(seed=seed))
        count_right += found.kind == "no_signal"
        behind = found.rungs.behind["no_signal"]
        table.add_row(
            str(seed),
            found.kind,
            found.rungs.best,
            f"{behind.mean:.6f}",
            f"{behind.standard_error:.6f}",
        )
    Console().print(f"{len(data):,} moments, {data.label.mean():.2%} won", table)
    Console().print(f"no_signal in {count_right} of {seeds} seeds")


if __name__ == "__main__":
    main()
