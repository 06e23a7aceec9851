"""What the benchmarks share: builds in folders of their own, and figures of predictions."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import yaml
from sklearn.metrics import log_loss, roc_auc_score

PROJECT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def demo_world(folder: Path, leads: int, seed: int) -> Path:
    """Writes a demo world; gives its folder."""
    subprocess.run(
        [BIN / "leadhouse", "demo", "--leads", str(leads), "--seed", str(seed), "--out", folder],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    return folder


def build(
    raw_dir: Path, folder: Path, variables: dict, select: str = ""
) -> duckdb.DuckDBPyConnection:
    """`dbt build` without tests; gives the warehouse, open for reading.

    A folder that holds an earlier build is built on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "leadhouse.duckdb"
    done = subprocess.run(
        [
            BIN / "dbt",
            "build",
            "--exclude-resource-type",
            "test",
            "unit_test",
            "--vars",
            yaml.safe_dump(variables),
            *(["--select", select] if select else []),
        ],
        cwd=PROJECT,
        env=os.environ
        | {
            "LEADHOUSE_DATABASE": str(database),
            "LEADHOUSE_RAW_DIR": str(raw_dir),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout)
    return duckdb.connect(database, read_only=True)


@dataclass(frozen=True)
class Figures:
    """How good probabilities are."""

    count: int
    won: int
    auc: float
    log_loss: float
    constant_log_loss: float
    calibration_error: float
    lift_at_10_percent: float

    @classmethod
    def of(
        cls, probability: np.ndarray, label: np.ndarray, constant: float | None = None
    ) -> "Figures":
        """Figures of predictions.

        Args:
            probability, label: of shape (rows,).
            constant: the rate that is known beforehand; None for that of the labels themselves.
        """
        order = np.argsort(-probability, kind="stable")
        top = order[: max(len(order) // 10, 1)]
        tenths = np.array_split(order, 10)
        gap = sum(abs(probability[t].sum() - label[t].sum()) for t in tenths)
        rate = label.mean() if constant is None else constant
        return cls(
            count=len(label),
            won=int(label.sum()),
            auc=float(roc_auc_score(label, probability)),
            log_loss=float(log_loss(label, probability)),
            constant_log_loss=float(log_loss(label, np.full(len(label), rate))),
            calibration_error=float(gap / len(label)),
            lift_at_10_percent=float(label[top].mean() / label.mean()),
        )
