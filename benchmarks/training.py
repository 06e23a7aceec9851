"""Training time and memory by the number of rows, on rows made up for it.

    python -m benchmarks.training [ROWS ...]

One whole training run (ladder at three origins, certificates, final fit) of 380 features, each
number in a process of its own, beside LightGBM's default fit of the same rows.
"""

import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta

import lightgbm as lgb
import numpy as np
from rich.console import Console
from rich.table import Table

from leadhouse.learning.data import TrainingSet
from leadhouse.learning.models import train_models
from leadhouse.learning.rows import Origin, TrainingRun
from leadhouse.learning.scorecard import Rule
from leadhouse.scoring.schema import Feature, FeatureSchema

FEATURES = 380
MOMENTS = 40
AS_OF = datetime(2026, 1, 1)


def world(rows: int) -> TrainingSet:
    """Leads at forty weekly moments each; 2% of the moments are followed by a win."""
    rng = np.random.default_rng(0)
    leads = rows // MOMENTS
    moment = np.tile(np.arange(MOMENTS), leads)
    matrix = rng.gamma(0.5, 2.0, (leads * MOMENTS, FEATURES)).astype(np.float32).round(1)
    matrix[rng.random(matrix.shape) < 0.2] = np.nan
    signal = np.nan_to_num(np.log1p(matrix[:, :8])) @ np.linspace(-0.6, 0.6, 8)
    label = rng.random(len(matrix)) < 1 / (1 + np.exp(3.9 - signal))
    uses = np.full((len(matrix), 4), "", "U9")
    for origin, until in enumerate((40, 32, 28, 24)):
        uses[moment < until - 8, origin] = "train"
        uses[(moment >= until - 4) & (moment < until), origin] = "calibrate"
        if origin:
            uses[(moment >= until + 4) & (moment < until + 8), origin] = "test"
    order = np.argsort(moment, kind="stable")
    schema = FeatureSchema(
        features=tuple(Feature(name=f"f{i}", kind="number") for i in range(FEATURES))
    )
    return TrainingSet(
        schema=schema,
        matrix=matrix,
        label=label,
        lead=np.repeat(np.arange(leads), MOMENTS),
        moment_at=np.datetime64("2025-01-01", "us") + moment * np.timedelta64(7, "D"),
        uses=uses,
        is_blind=np.ones(len(matrix), bool),
        sample_weight=np.ones(len(matrix)),
    ).take(order)


def measure(rows: int) -> None:
    """Prints seconds of the run, peak gigabytes, and seconds of the plain fit."""
    data = world(rows)
    origins = [Origin(at=AS_OF - timedelta(days=30 * n)) for n in range(4)]
    rules = [Rule(rule_id="f0", feature_name="f0", operator=">=", value="2", points=5)]
    run = TrainingRun(as_of=AS_OF, horizon_days=30, feature_set_version="f", origins=origins)
    began = time.perf_counter()
    train_models(data, rules, run)
    whole = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    known = data.used(0, "train", "calibrate")
    began = time.perf_counter()
    lgb.train({"objective": "binary", "verbosity": -1}, lgb.Dataset(known.matrix, known.label))
    print(whole, peak, time.perf_counter() - began)


def main() -> None:
    table = Table("rows", "training run, s", "peak, GB", "plain LightGBM, s", "ratio")
    for rows in map(int, sys.argv[1:] or ("10000", "100000", "1000000")):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.training", "--one", str(rows)],
            check=True,
            capture_output=True,
            text=True,
        )
        whole, peak, plain = map(float, done.stdout.split()[-3:])
        table.add_row(
            f"{rows:,}", f"{whole:.1f}", f"{peak:.2f}", f"{plain:.1f}", f"{whole / plain:.1f}"
        )
    Console().print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    else:
        main()
