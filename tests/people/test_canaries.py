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


@pytest.fixture(scope="module")
def household(
    planted_warehouse: Warehouse, planted_raw: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Household]:
    """After a day's commands, and some that fail."""
    folder = tmp_path_factory.mktemp("canaries") / "household"
    shutil.copytree(planted_warehouse.folder, folder, symlinks=True)
    house = Household(folder, planted_raw)
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


def test_models_have_learnt_from_her(household: Household) -> None:
    """So that her words would be among theirs; rules know none."""
    [(kinds,)] = household.warehouse.query("select list(distinct model_kind) from lead_models")
    assert {"logistic", "lightgbm", "average"} & set(kinds)


def test_a_person_is_in_nothing_that_is_not_private(household: Household) -> None:
    assert household.files_with(["lead_scores"])
    assert not household.files_with(TRACES)


def test_published_tables_are_those_that_were_searched(household: Household) -> None:
    file = household.folder / "leadhouse_published" / "current" / "rejected_rows.parquet"
    rows = duckdb.sql(f"select reason, row_text from '{file}'").fetchall()
    assert any("is missing" in reason for reason, _ in rows)
    assert any("9a" in text or "aaa" in text for _, text in rows)
