"""The demo world, forward in time: the champion between plain LightGBM and the oracle.

    python -m benchmarks.demo_world [LEADS] [SEED]

Plain LightGBM has default parameters and learns from all that was known 30 days and a horizon
before the end; the oracle tells each moment's true probability. Losses are also given as expected
under the truth, in which the luck of the draw does not show.
"""

import sys
import tempfile
from pathlib import Path

import lightgbm as lgb
import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.special import xlog1py, xlogy

from benchmarks.worlds import Figures, build, demo_world
from leadhouse.learning.data import read_training_set


def main() -> None:
    leads, seed = (int(v) for v in (sys.argv[1:] + ["20000", "7"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as scratch:
        raw = demo_world(Path(scratch) / "raw", leads, seed)
        warehouse = build(raw, Path(scratch) / "built", {"stability_resamples": 0})
        rows = warehouse.execute(
            """
            select contestant, probability, label, true_probability
            from int_test_predictions
            join read_parquet(?) using (lead_id, moment_at)
            where origin_at = (select origin_at from training_origins where origin_number = 1)
            order by contestant, moment_at, lead_id
            """,
            [str(raw / "truth.parquet")],
        ).fetchnumpy()
        data = read_training_set(warehouse.sql("select * from training_set"))
        [(count_test,)] = warehouse.execute(
            "select count(*) from int_test_predictions where contestant = 'champion' "
            "and origin_at = (select origin_at from training_origins where origin_number = 1)"
        ).fetchall()

    of = {name: rows["contestant"] == name for name in np.unique(rows["contestant"])}
    label, truth = (rows[column][of["champion"]] for column in ("label", "true_probability"))
    known, test = data.used(1, "train", "calibrate"), data.used(1, "test")
    if not len(label) == len(test) == count_test:
        raise SystemExit("The truth does not cover the test.")
    plain = lgb.train(
        {"objective": "binary", "verbosity": -1},
        lgb.Dataset(known.matrix, known.label, categorical_feature=data.schema.category_positions),
    ).predict(test.matrix)
    predictions = {name: rows["probability"][mine] for name, mine in of.items()}
    predictions |= {"plain LightGBM": plain, "oracle": truth}

    def expected(probability: np.ndarray) -> float:
        return float(-np.mean(xlogy(truth, probability) + xlog1py(1 - truth, -probability)))

    table = Table(
        "",
        "AUC",
        "log loss",
        "expected log loss",
        "calibration error",
        "way from plain to oracle: AUC",
        "log loss",
    )
    auc = {name: Figures.of(p, label).auc for name, p in predictions.items()}
    way = auc["oracle"] - auc["plain LightGBM"]
    way_of_loss = expected(plain) - expected(truth)
    for name, probability in predictions.items():
        figures = Figures.of(probability, label)
        table.add_row(
            name,
            f"{figures.auc:.4f}",
            f"{figures.log_loss:.5f}",
            f"{expected(probability):.5f}",
            f"{figures.calibration_error:.4f}",
            f"{(auc[name] - auc['plain LightGBM']) / way:.0%}",
            f"{(expected(plain) - expected(probability)) / way_of_loss:.0%}",
        )
    Console(width=140).print(f"{len(label):,} moments, {int(label.sum())} won", table)


if __name__ == "__main__":
    main()
