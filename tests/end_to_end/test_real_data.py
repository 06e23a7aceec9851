"""The main job on real data, where it lies beside the project."""

from pathlib import Path

import pytest

from tests.conftest import PROJECT, Warehouse

pytestmark = pytest.mark.slow

DATA = PROJECT.parent / "shared" / "data"


def build(name: str, folder: Path, **variables: object) -> Warehouse:
    if not (DATA / name).is_dir():
        pytest.skip(f"{DATA / name} is not on this machine")
    return Warehouse(folder).build(DATA / name, tested=True, **variables)


def evaluation(warehouse: Warehouse) -> dict[str, dict[str, float]]:
    rows = warehouse.query(
        "select contestant, auc, log_loss from model_evaluation "
        "where split = 'forward' and origin_at is null"
    )
    return {name: {"auc": auc, "log_loss": log_loss} for name, auc, log_loss in rows}


def test_oulad(tmp_path):
    """Course runs of 240 days: models learn from two runs and are tested on a later one."""
    found = evaluation(build("oulad", tmp_path, label_horizon_days=240))
    assert found["lightgbm"]["auc"] > 0.65
    assert found["champion"]["log_loss"] < found["constant"]["log_loss"]


def test_bank(tmp_path):
    """Leads that live for minutes: their creation is the moment to learn from."""
    warehouse = build(
        "bank", tmp_path, label_horizon_days=1, training_history_days=1095, evaluation_origins=3
    )
    found = evaluation(warehouse)
    assert found["champion"]["auc"] > 0.6
    assert found["champion"]["log_loss"] < found["constant"]["log_loss"]
    # Every call has ended by the last fact: nobody is left to score.
    assert warehouse.query("select count(*) from lead_scores") == [(0,)]


def test_hillstrom(tmp_path):
    """One mailing, one outcome day: a world that knows no lost leads."""
    warehouse = build("hillstrom", tmp_path, label_horizon_days=14)
    [(count_open,)] = warehouse.query("select count(*) from lead_scores")
    assert count_open == 64_000 - 578
