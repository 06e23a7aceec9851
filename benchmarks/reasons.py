"""Reasons by the depth of trees: exact Shapley values of every lead, beside LightGBM's own.

    python -m benchmarks.reasons [DEPTH ...]

300 trees over 100,000 leads of 380 features made up for it. `explain_leads` streams them from a
table in DuckDB, on as many threads as there are processors; LightGBM's `pred_contrib` answers in
one call, on two. Each is a process of its own, so that its peak memory is its own; the leads are
loaded in both. The processor's seconds are what a busy machine distorts least. Where LightGBM would
take minutes, it explains the first leads alone.
"""

import json
import resource
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import lightgbm as lgb
import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from leadhouse.explaining.contributions import explain_leads
from leadhouse.learning.boosting import BoostedTrees, BoostingSettings, fit_boosting
from leadhouse.learning.calibration import LineCalibration
from leadhouse.learning.rows import Origin, TrainingRun, model_row
from leadhouse.scoring.schema import Feature, FeatureSchema

LEADS = 100_000
LEADS_FOR_LIGHTGBM = {6: 10_000}
FEATURES = 380
TREES = 300
SCHEMA = FeatureSchema(
    features=tuple(Feature(name=f"f{i}", kind="number") for i in range(FEATURES))
)


def prepare(folder: Path, *depths: int) -> None:
    """Writes the leads, and a model of each depth."""
    rng = np.random.default_rng(0)
    matrix = rng.gamma(0.5, 2.0, (LEADS, FEATURES)).astype(np.float32).round(1)
    matrix[rng.random(matrix.shape) < 0.2] = np.nan
    signal = np.nan_to_num(np.log1p(matrix[:, :8])) @ np.linspace(-0.6, 0.6, 8)
    label = rng.random(LEADS) < 1 / (1 + np.exp(3.9 - signal))
    np.save(folder / "leads.npy", matrix)
    for depth in depths:
        settings = BoostingSettings(max_depth=depth, count_trees=TREES)
        model = fit_boosting(matrix, label, np.ones(LEADS), SCHEMA, settings)
        model.booster.save_model(folder / f"depth_{depth}.txt")


def explain(folder: Path, depth: int) -> dict[str, float]:
    """As `int_lead_contributions` does; keeps the first leads' values for LightGBM to compare."""
    matrix = np.load(folder / "leads.npy")
    model = BoostedTrees(SCHEMA, lgb.Booster(model_file=folder / f"depth_{depth}.txt"), TREES)
    now = datetime(2026, 1, 1)
    run = TrainingRun(as_of=now, horizon_days=30, feature_set_version="f", origins=[Origin(at=now)])
    row = model_row(run, "champion", "lightgbm", model, LineCalibration(), origin=0)
    numbers = {name: pa.array(column) for name, column in zip(SCHEMA.names, matrix.T, strict=True)}
    leads = pa.table({"lead_id": pa.array(range(LEADS)).cast(pa.string()), **numbers})
    kept: list[np.ndarray] = []
    with duckdb.connect(config={"threads": 1}) as connection:
        relation = connection.from_arrow(leads)
        began, processor = time.perf_counter(), time.process_time()
        for batch in explain_leads(relation, [row]):
            if len(kept) * len(batch) < _count(depth):
                kept.append(batch["contributions"].values.to_numpy().reshape(-1, FEATURES))
        figures = _figures(LEADS, began, processor)
    np.save(folder / f"values_{depth}.npy", np.vstack(kept)[: _count(depth)])
    return figures


def pred_contrib(folder: Path, depth: int) -> dict[str, float]:
    """LightGBM's own, and how far from it the others are at most."""
    matrix = np.load(folder / "leads.npy")[: _count(depth)]
    booster = lgb.Booster(model_file=folder / f"depth_{depth}.txt")
    began, processor = time.perf_counter(), time.process_time()
    values = booster.predict(matrix, pred_contrib=True, num_threads=2)
    figures = _figures(len(matrix), began, processor)
    ours = np.load(folder / f"values_{depth}.npy")
    return figures | {"difference": float(np.abs(ours - values[:, :-1]).max())}


def _count(depth: int) -> int:
    return LEADS_FOR_LIGHTGBM.get(depth, LEADS)


def _figures(rows: int, began: float, processor: float) -> dict[str, float]:
    return {
        "rows": rows,
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - processor,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def _in_a_process(task: str, folder: Path, *depths: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.reasons", task, str(folder), *map(str, depths)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    depths = [int(depth) for depth in sys.argv[1:]] or [3, 4, 6]
    table = Table(
        *("depth", "leads/s", "pred_contrib, leads/s", "ratio", "ratio of processor time"),
        *("largest difference", "peak, GB", "pred_contrib, GB"),
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        # Peak memory is inherited: this process must stay small.
        _in_a_process("prepare", folder, *depths)
        for depth in depths:
            ours = _in_a_process("explain", folder, depth)
            theirs = _in_a_process("pred_contrib", folder, depth)
            speed, their_speed = (of["rows"] / of["seconds"] for of in (ours, theirs))
            thrift, their_thrift = (of["rows"] / of["processor"] for of in (ours, theirs))
            of_how_many = "" if theirs["rows"] == LEADS else f" (of {theirs['rows']:,})"
            table.add_row(
                str(depth),
                f"{speed:,.0f}",
                f"{their_speed:,.0f}{of_how_many}",
                f"{speed / their_speed:.1f}",
                f"{thrift / their_thrift:.1f}",
                f"{theirs['difference']:.1e}",
                f"{ours['peak']:.2f}",
                f"{theirs['peak']:.2f}{of_how_many}",
            )
    Console(width=120).print(table)


if __name__ == "__main__":
    tasks = {"prepare": prepare, "explain": explain, "pred_contrib": pred_contrib}
    if len(sys.argv) > 1 and sys.argv[1] in tasks:
        print(json.dumps(tasks[sys.argv[1]](Path(sys.argv[2]), *map(int, sys.argv[3:]))))
    else:
        main()
