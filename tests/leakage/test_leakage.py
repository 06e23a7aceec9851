"""Columns that learnt from how things went are found, by name, and honest ones are not."""

import shutil
from collections import Counter
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.conftest import Warehouse
from tests.leakage.worlds import HONEST, LEAKS, plant

pytestmark = pytest.mark.slow

MODELS = ["int_leakage_moments", "int_leakage_values", "int_feature_discrimination"]
TABLES_ALONE = ["--select", "+feature_leakage"]
FINDINGS = "select feature_name from feature_leakage where finding is not null"


@pytest.fixture(scope="module")
def planted_raw(demo_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo world with leaks and honest columns."""
    return plant(demo_raw, tmp_path_factory.mktemp("planted") / "raw", LEAKS | HONEST)


@pytest.fixture(scope="module")
def planted(planted_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """That world, built as far as its leaks are known. For reading only."""
    folder = tmp_path_factory.mktemp("planted_warehouse")
    return Warehouse(folder).build(planted_raw, *TABLES_ALONE)


@pytest.fixture
def again(planted: Warehouse, tmp_path: Path) -> Warehouse:
    """A copy of that warehouse."""
    shutil.copy(planted.database, tmp_path)
    return Warehouse(tmp_path)


def judge(warehouse: Warehouse, raw: Path, *arguments: str) -> CompletedProcess[str]:
    return warehouse.dbt("run", "--select", *MODELS, "feature_leakage", *arguments, raw_dir=raw)


def findings(warehouse: Warehouse) -> set[str]:
    return {name for (name,) in warehouse.query(FINDINGS)}


def test_every_leak_is_found_and_no_honest_column(planted):
    assert findings(planted) == set(LEAKS)
    judged = {name for (name,) in planted.query("select feature_name from feature_leakage")}
    # x_retired has no value at all, so it is no feature
    assert set(LEAKS) | set(HONEST) - {"x_retired"} < judged


def test_the_demo_world_itself_is_honest(demo_warehouse):
    assert findings(demo_warehouse) == set()


def test_leaks_with_their_true_history_are_honest(demo_raw, tmp_path):
    raw = plant(demo_raw, tmp_path / "raw", LEAKS, with_history=True)
    warehouse = Warehouse(tmp_path).build(raw, *TABLES_ALONE)
    assert findings(warehouse) == set()


def test_the_build_warns_with_each_sentence(again, planted_raw):
    done = judge(again, planted_raw)
    assert done.returncode == 0
    sentences = again.query("select sentence from feature_leakage where finding is not null")
    assert len(sentences) == len(LEAKS)
    assert "[WARNING] Leakage:" in done.stdout
    for (sentence,) in sentences:
        assert f"- {sentence}" in done.stdout

    assert judge(again, planted_raw, "--warn-error").returncode != 0


def test_strict_leakage_stops_the_build_before_training(again, planted_raw):
    before = again.query("select * from feature_leakage order by all")
    done = again.dbt(
        "run",
        "--select",
        "feature_leakage",
        "trained_models",
        "--vars",
        "{strict_leakage: true}",
        raw_dir=planted_raw,
    )
    assert done.returncode != 0
    assert "SKIP relation main.trained_models" in done.stdout
    for name in LEAKS:
        assert f"- {name} " in done.stdout
    assert again.query("select * from feature_leakage order by all") == before


def test_columns_that_are_left_out_stop_nothing(again, planted_raw):
    variables = f"{{strict_leakage: true, exclude_features: [{', '.join(LEAKS)}]}}"
    done = judge(again, planted_raw, "--vars", variables)
    assert done.returncode == 0, done.stdout
    assert findings(again) == set()


@pytest.mark.parametrize(
    "labels",
    [
        "select * from labels where " + part
        for part in [
            "label",
            "not label",
            "false",
            "not label or lead_id in (select distinct lead_id from labels where label limit 19)",
        ]
    ],
    ids=["only_wins", "only_losses", "no_labels", "wins_of_19_leads"],
)
def test_of_too_little_nothing_is_said(again, planted_raw, labels):
    with duckdb.connect(again.database) as connection:
        connection.execute(
            "create table labels as "
            "select lead_id, moment_at, label, is_blind from training_set order by all"
        )
        connection.execute(f"create or replace view training_set as {labels}")
    done = judge(again, planted_raw)
    assert done.returncode == 0, done.stdout
    assert "[WARNING]" not in done.stdout
    assert again.query("select count(*) > 300, count(finding) from feature_leakage") == [(True, 0)]


@pytest.mark.parametrize(
    ("feature", "expression"),
    [
        ("lead_age_days", "lead_age_days"),
        ("engagement_decayed_3d", "engagement_decayed_3d"),
        ("days_since_last_engagement", "days_since_last_engagement"),
        ("account_employee_count", "account_employee_count"),
        ("x_call_minutes", "x_numbers['x_call_minutes']"),
        ("x_newsletter", "x_numbers['x_newsletter']"),
        ("lead_source", "lead_source"),
        ("x_tags", "x_categories['x_tags']"),
        ("x_reference", "x_categories['x_reference']"),
    ],
)
def test_the_figures_are_those_of_a_calculation_row_by_row(planted, feature, expression):
    rows = planted.query(
        f"""
        select {expression}, outcome, is_first_half, stands_for
        from int_leakage_moments inner join features using (lead_id, moment_at)
        """
    )
    [found] = planted.query(
        "select auc, implied_open_rate, share_filled_won, share_filled_not_won, share_filled_open"
        f" from feature_leakage where feature_name = '{feature}'"
    )
    assert found == pytest.approx(figures(rows), abs=1e-9)


def figures(rows: list[tuple]) -> tuple[float, ...]:
    """auc, implied_open_rate and the shares filled in, of (value, outcome, half, weight)."""
    past = sorted(
        value for value, outcome, *_ in rows if outcome != "open" and isinstance(value, float)
    )

    def bin_of(value: float | str | None) -> float | str | None:
        if not isinstance(value, float):
            return value
        return np.floor(20 * (np.searchsorted(past, value) / len(past)))

    seen = Counter((bin_of(value), half, outcome) for value, outcome, half, _ in rows)
    weight = {outcome: weight for _, outcome, _, weight in rows}
    drawn = Counter(outcome for _, outcome, *_ in rows)
    share_won = drawn["won"] / (drawn["won"] + drawn["not_won"])

    def rate(value: float | str | None, half: bool) -> float:
        won = seen[bin_of(value), not half, "won"] + 10 * share_won
        not_won = seen[bin_of(value), not half, "not_won"] + 10 * (1 - share_won)
        return weight["won"] * won / (weight["won"] * won + weight["not_won"] * not_won)

    areas, pairs = [], []
    for half in (True, False):
        labelled = [row for row in rows if row[1] != "open" and row[2] == half]
        is_won = np.array([outcome == "won" for _, outcome, *_ in labelled])
        areas.append(roc_auc_score(is_won, [rate(value, half) for value, *_ in labelled]))
        pairs.append(is_won.sum() * (~is_won).sum())
    promised = [rate(value, half) for value, outcome, half, _ in rows if outcome == "open"]
    shares = [
        np.mean([value is not None for value, outcome, *_ in rows if outcome == wanted])
        for wanted in ("won", "not_won", "open")
    ]
    return (np.average(areas, weights=pairs), np.mean(promised), *shares)
