"""A planted person, and planted secrets, are sought in all that a user's commands have written."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import QUICK, Warehouse
from tests.people.conftest import AS_OF, LEARNING, SECRET_TEXTS, SECRETS, Household
from tests.people.planted import EMAIL, PHONE, TRACES, lead_ids
from tests.syncing.hubspot_server import HubSpotServer

pytestmark = pytest.mark.slow


def let_trees_score(warehouse: Warehouse, raw: Path) -> None:
    """Has the trees score that were only tried, as if people had chosen them: they bear most words.

    So small a world chooses no model that tells anything.
    """
    with duckdb.connect(warehouse.database) as connection:
        connection.execute(
            "insert into main_operations.model_decisions by name"
            " select 'promote' as decision, model_version, trained_as_of as decided_as_of,"
            "     training_run as after_training_run, now()::timestamp as decided_at,"
            "     'They bear most words.' as reason"
            " from trained_models where model_kind = 'lightgbm'"
        )
    warehouse.build(raw, "--selector", "daily", **AS_OF, **LEARNING)


@pytest.fixture(scope="module")
def household(
    planted_warehouse: Warehouse, planted_raw: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Household]:
    """After a day's commands, and some that fail."""
    folder = tmp_path_factory.mktemp("canaries") / "household"
    shutil.copytree(planted_warehouse.folder, folder, symlinks=True)
    house = Household(folder, planted_raw)
    let_trees_score(house.warehouse, planted_raw)
    (her, *_) = lead_ids(planted_raw)
    with HubSpotServer() as hubspot:
        there = {"LEADHOUSE_HUBSPOT_URL": hubspot.url, "LEADHOUSE_SYNC_ATTEMPTS": "1"}
        house.run("explain", her)
        house.run("explain", EMAIL, code=2)
        house.run("sync", "--destination", "csv", "--dry-run")
        house.run("sync", "--destination", "csv")
        house.run("sync", "--destination", "hubspot", "--setup", **there)
        house.run("sync", "--destination", "hubspot", **there)
        assert any(contact.email == EMAIL for contact in hubspot.contacts.values())
        house.run("sync", "--destination", "webhook", code=1, LEADHOUSE_SYNC_ATTEMPTS="1")
        house.run("alerts")
        house.run("models", "list")
        backtest = ("--from", "2025-12-01", "--to", "2025-12-01", "--every", "7")
        house.run("backtest", *backtest, "--vars", json.dumps(QUICK | LEARNING))
    unreadable = {
        "leads.csv": f'lead_id,created_at,email\nL1,2025-01-01,"{EMAIL}","{PHONE}"\n',
        "events.csv": f"{EMAIL},{PHONE}\n1,2\n",
    }
    bad = tmp_path_factory.mktemp("bad")
    for name, text in unreadable.items():
        (bad / name).write_text(text)
    done = house.warehouse.dbt("build", "--select", "staging", raw_dir=bad)
    assert "is not well-formed CSV (line 2" in done.stdout
    assert "is its first line a header?" in done.stdout
    house.note(done.stdout)
    nowhere = json.dumps(AS_OF | {"publish_to": "postgres"})
    done = house.warehouse.dbt(
        "build", "--select", "rejected_rows", "--vars", nowhere, raw_dir=planted_raw
    )
    assert "This build could not be published" in done.stdout
    house.note(done.stdout)
    yield house


def test_what_is_sought_would_be_found(household: Household, planted_raw: Path) -> None:
    """She stands in private tables, and in the inputs: the search can see her there."""
    tables = household.tables_with(TRACES)
    assert {"main.base_leads", "main.base_events", "main.base_notes"} <= tables.keys()
    inputs = Household(planted_raw, planted_raw).files_with(TRACES)
    assert set().union(*inputs.values()) == set(TRACES)
    assert set(household.files_with(lead_ids(planted_raw)[:1])) >= {"said.txt"}


def test_secrets_are_nowhere(household: Household) -> None:
    assert all(any(text in secret for text in SECRET_TEXTS) for secret in SECRETS.values())
    assert not household.files_with(SECRET_TEXTS)
    assert not household.tables_with(SECRET_TEXTS)


def test_trees_that_learnt_from_her_know_words_and_none_of_hers(household: Household) -> None:
    """All that is stored of them, and all by which they explain their scores."""
    her = lead_ids(household.raw)
    query = household.warehouse.query
    assert query("select distinct model_kind from lead_scores") == [("lightgbm",)]
    assert query(f"select count(*) > 1 from training_set where lead_id in {her}") == [(True,)]
    models = query(
        "select onnx, feature_schema, model::varchar from trained_models as model"
        " where model_kind in ('lightgbm', 'average')"
    )
    assert models
    for onnx, feature_schema, row in models:
        words = {
            word
            for feature in json.loads(feature_schema)["features"]
            for word in feature.get("vocabulary") or []
        }
        assert len(words) > 5
        assert any(word.encode() in onnx for word in words)
        stored = onnx.lower() + feature_schema.lower().encode() + row.lower().encode()
        assert not [text for text in TRACES if text.encode() in stored]
    explaining = {
        "main.int_lead_contributions",
        "main.int_lead_predictions",
        "main.lead_score_reasons",
        "main.model_feature_importance",
        "main.model_feature_effects",
        "main.trained_models",
    }
    assert explaining <= household.tables_with(["0"]).keys()
    assert not explaining & household.tables_with(TRACES).keys()
    assert "main.lead_score_reasons" in household.tables_with(her)


def test_a_person_is_in_nothing_that_is_not_private(household: Household) -> None:
    assert household.files_with(["lead_scores"])
    assert not household.files_with(TRACES)


def test_published_tables_are_those_that_were_searched(household: Household) -> None:
    file = household.folder / "leadhouse_published" / "current" / "rejected_rows.parquet"
    rows = duckdb.sql(f"select reason, row_text from '{file}'").fetchall()
    assert any("is missing" in reason for reason, _ in rows)
    assert any("9a" in text or "aaa" in text for _, text in rows)
