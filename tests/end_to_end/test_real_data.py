"""The main job on real data, where it lies beside the project."""

from pathlib import Path

import pytest

from tests.conftest import PROJECT, Warehouse

pytestmark = pytest.mark.slow

DATA = PROJECT.parent / "shared" / "data"


def build(name: str, variables: str, folder: Path) -> Warehouse:
    if not (DATA / name).is_dir():
        pytest.skip(f"{DATA / name} is not on this machine")
    return Warehouse(folder).build(DATA / name, "--vars", variables)


def evaluation(warehouse: Warehouse) -> dict[str, dict[str, float]]:
    rows = warehouse.query("select model_kind, auc, log_loss from model_evaluation")
    return {kind: {"auc": auc, "log_loss": log_loss} for kind, auc, log_loss in rows}


def test_oulad(tmp_path):
    """Course runs of 240 days: the twin learns from two runs and is tested on a later one."""
    found = evaluation(build("oulad", "{label_horizon_days: 240}", tmp_path))
    assert found["lightgbm"]["auc"] > 0.65
    assert found["lightgbm"]["log_loss"] < found["constant"]["log_loss"]


def test_bank(tmp_path):
    """Leads that live for minutes: their creation is the moment to learn from."""
    warehouse = build("bank", "{label_horizon_days: 1}", tmp_path)
    found = evaluation(warehouse)
    assert found["lightgbm"]["auc"] > 0.6
    # Every call has ended by the last fact: nobody is left to score.
    assert warehouse.query("select count(*) from lead_scores") == [(0,)]


def test_hillstrom(tmp_path):
    """One mailing, one outcome day: a world that knows no lost leads."""
    warehouse = build("hillstrom", "{label_horizon_days: 14}", tmp_path)
    [(count_open,)] = warehouse.query("select count(*) from lead_scores")
    assert count_open == 64_000 - 578
