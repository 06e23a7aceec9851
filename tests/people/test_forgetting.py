"""A forgotten person is nowhere and stays so, and all others are what they would be without her."""

import json
import os
import pty
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from leadhouse.forgetting import erasure
from leadhouse.forgetting.erasure import forget
from leadhouse.forgetting.person import UnclearError
from leadhouse.forgetting.prospect import NotKnownError
from leadhouse.inputs.contract import TABLES
from tests.conftest import BIN, Warehouse
from tests.people.conftest import AS_OF, LEARNING, Household
from tests.people.planted import EMAIL, TRACES, lead_ids, send_again, without
from tests.syncing.hubspot_server import HubSpotServer

pytestmark = pytest.mark.slow

# So that models of the same world are the same.
ANEW = AS_OF | LEARNING | {"retrain": "always"}
PROOF = "select deleted_rows, destinations, published, ended_at from main_operations.erasures"


@pytest.fixture(scope="module")
def hubspot() -> Iterator[HubSpotServer]:
    with HubSpotServer() as server:
        yield server


@pytest.fixture(scope="module")
def house(
    planted_warehouse: Warehouse,
    planted_raw: Path,
    hubspot: HubSpotServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Household:
    """A warehouse that knows her, and has told HubSpot and a folder of her."""
    house = Household(tmp_path_factory.mktemp("forgetting") / "house", planted_raw)
    shutil.copytree(planted_warehouse.folder, house.folder, symlinks=True)
    there = {"LEADHOUSE_HUBSPOT_URL": hubspot.url}
    house.run("sync", "--destination", "hubspot", "--setup", **there)
    house.run("sync", "--destination", "hubspot", **there)
    return house


@pytest.fixture(scope="module")
def traces(planted_raw: Path) -> tuple[str, ...]:
    return TRACES + lead_ids(planted_raw)


@pytest.fixture(scope="module")
def forgotten(
    house: Household, hubspot: HubSpotServer, tmp_path_factory: pytest.TempPathFactory
) -> Household:
    """Another, that has forgotten her."""
    copy = Household(tmp_path_factory.mktemp("forgotten") / "house", house.raw)
    shutil.copytree(house.folder, copy.folder, symlinks=True)
    (copy.folder / "said.txt").unlink()
    (copy.folder / "leadhouse.duckdb.backtest").mkdir()
    there = {"LEADHOUSE_HUBSPOT_URL": hubspot.url}
    (copy.folder / "said.json").write_text(
        json.dumps(copy.run("forget", EMAIL, "--yes", "--reason", f"Asked by {EMAIL}", **there))
    )
    return copy


def shown(server: HubSpotServer, address: str) -> dict[str, str]:
    found = server.contact(address).properties
    return {name: text for name, text in found.items() if name.startswith("leadhouse_") and text}


def test_she_is_nowhere(forgotten: Household, house: Household, traces: tuple[str, ...]) -> None:
    assert house.tables_with(traces)
    assert house.files_with(traces)
    assert not forgotten.tables_with(traces)
    assert not forgotten.files_with(traces)
    assert not (forgotten.folder / "leadhouse.duckdb.backtest").exists()


def test_not_a_byte_is_left_in_the_file(
    house: Household, tmp_path: Path, traces: tuple[str, ...]
) -> None:
    """DuckDB's compression hides texts from a search of bytes: here it is off."""
    database = tmp_path / "leadhouse.duckdb"
    with duckdb.connect(house.warehouse.database) as connection:
        connection.execute(f"attach '{database}' as plain; set force_compression = 'uncompressed'")
        connection.execute("copy from database leadhouse to plain")
    assert all(text.encode() in database.read_bytes() for text in lead_ids(house.raw))
    assert EMAIL.encode() in database.read_bytes()
    with closing(duckdb.connect(database)) as connection:
        connection.execute("set force_compression = 'uncompressed'")
        forget(connection, database, EMAIL, empty=lambda *_: "emptied")
    contents = database.read_bytes().lower()
    assert not [text for text in traces if text.lower().encode() in contents]
    assert [file.name for file in tmp_path.iterdir()] == [database.name]


def test_the_crm_shows_nothing_of_her(forgotten: Household, hubspot: HubSpotServer) -> None:
    assert not shown(hubspot, EMAIL)
    others = [contact for contact in hubspot.contacts.values() if contact.email != EMAIL]
    assert all(shown(hubspot, contact.email) for contact in others)


def test_it_is_proven_and_said_what_is_left_to_do(forgotten: Household, house: Household) -> None:
    said = json.loads((forgotten.folder / "said.json").read_text())
    [(deleted, destinations, published, ended_at)] = forgotten.warehouse.query(PROOF)
    deleted = json.loads(deleted)
    for table in ("base_leads", "base_events", "base_notes", "features", "training_moments"):
        assert deleted[f"main.{table}"] > 0
    assert deleted["main_operations.crm_sends"] > 0
    assert json.loads(destinations) == {
        "hubspot": "emptied",
        "folder leadhouse_published": "erased",
    }
    assert any(name.endswith("/lead_scores.parquet") for name in json.loads(published))
    assert ended_at is not None
    assert "hubspot: her record was emptied." in said
    assert "Your own input of leads holds her still: leads.csv." in said
    models = {
        version
        for (version,) in house.warehouse.query(
            "select model_version from trained_models where train_to is not null"
        )
    }
    listed = dict(
        forgotten.warehouse.query(
            "select model_version, refit_by from main_operations.erasure_models"
        )
    )
    assert listed.keys() == models
    assert all(
        f"Model {version} may have learnt from her: train anew by" in said for version in listed
    )
    assert forgotten.warehouse.query("select reason from main_operations.erasures") == [
        ("Asked by [her]",)
    ]


def test_published_runs_can_be_read_and_lack_her_alone(
    forgotten: Household, house: Household
) -> None:
    def leads(household: Household) -> set[str]:
        file = household.folder / "leadhouse_published" / "current" / "lead_scores.parquet"
        return {lead_id for (lead_id,) in duckdb.sql(f"select lead_id from '{file}'").fetchall()}

    assert leads(house) - leads(forgotten) == set(lead_ids(house.raw)[:1])
    assert leads(forgotten) < leads(house)


def answered(house: Household, answer: str) -> tuple[int, str]:
    """`leadhouse forget` on a terminal where somebody answers; its exit code and what it said."""
    ours, its = pty.openpty()
    try:
        os.write(ours, answer.encode())
        done = subprocess.run(
            [BIN / "leadhouse", "forget", EMAIL, "--database", house.warehouse.database],
            stdin=its,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(its)
    return done.returncode, done.stdout


@pytest.mark.parametrize("answer", ["n\n", "\n", "\x04"])
def test_nothing_is_done_unless_somebody_says_yes(
    house: Household, forgotten: Household, answer: str
) -> None:
    before = house.warehouse.database.read_bytes()
    code, said = answered(house, answer)
    assert code == 2
    assert said.endswith("Nothing was done.\n")
    [(deleted, *_)] = forgotten.warehouse.query(PROOF)
    assert f"One person, {', '.join(lead_ids(house.raw))}, is going to be erased:" in said
    # (Tables of texts of nobody's are emptied: no rows of hers are counted there.)
    [count] = re.findall(r"\n- [\d,]+ rows of (\d+) tables\n", said)
    assert int(count) >= len(json.loads(deleted)) > 10
    assert "her record at hubspot" in said
    assert "published to folder leadhouse_published" in said
    assert EMAIL not in said.lower()
    said = house.run("forget", EMAIL, code=2)
    assert "There is no way back, and nobody here to be asked: add --yes." in said
    assert house.warehouse.database.read_bytes() == before


def test_somebody_says_yes(house: Household, traces: tuple[str, ...], tmp_path: Path) -> None:
    copy = Household(tmp_path / "house", house.raw)
    shutil.copytree(house.folder, copy.folder, symlinks=True)
    with duckdb.connect(copy.warehouse.database) as connection:
        connection.execute("delete from main_operations.crm_sends")
    code, said = answered(copy, "y\n")
    assert code == 0, said
    assert not copy.tables_with(traces)


def test_the_same_again_says_that_it_is_done(forgotten: Household) -> None:
    said = forgotten.run("forget", EMAIL, "--yes", code=2)
    assert "That person was forgotten already, on " in said
    said = forgotten.run("forget", "nobody@x.example", "--yes", code=2)
    assert "there is nothing to forget" in said


@pytest.fixture(scope="module")
def rebuilt(
    forgotten: Household, planted_raw: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, Path, Path]:
    """Built again, with her in the inputs as before and once more; the world without her."""
    folder = tmp_path_factory.mktemp("again")
    send_again(planted_raw, folder / "raw")
    without(folder / "raw", folder / "without")
    copy = Warehouse(folder / "warehouse")
    shutil.copytree(forgotten.folder, copy.folder, symlinks=True)
    return copy.build(folder / "raw", tested=True, **ANEW), folder / "raw", folder / "without"


def test_she_stays_nowhere_when_the_source_sends_her_again(
    rebuilt: tuple[Warehouse, Path, Path], traces: tuple[str, ...]
) -> None:
    warehouse, raw, _ = rebuilt
    house = Household(warehouse.folder, raw)
    again = (*traces, *lead_ids(raw))
    assert not house.tables_with(again)
    assert not house.files_with(again)


def test_what_was_left_out_is_counted(rebuilt: tuple[Warehouse, Path, Path]) -> None:
    """(That all rows are accounted for is a test of dbt's, which the build has run.)"""
    warehouse, raw, world = rebuilt

    def count(folder: Path, table: str) -> int:
        rows = f"read_csv('{folder / table}.csv', all_varchar = true, header = true)"
        return duckdb.sql(f"select count(*) from {rows}").fetchall()[0][0]

    counted = dict(warehouse.query("select input_table, count_forgotten from input_row_counts"))
    assert counted == {
        table.name: count(raw, table.name) - count(world, table.name) for table in TABLES
    }
    assert counted["events"] > 100


def test_everybody_else_is_what_they_would_be_without_her(
    rebuilt: tuple[Warehouse, Path, Path], tmp_path: Path
) -> None:
    warehouse, _, world = rebuilt
    fresh = Warehouse(tmp_path).build(world, **ANEW)
    for select in (
        "select * from features where is_now order by lead_id",
        "select * from training_moments order by all",
        "select lead_id, score, tier, model_kind, account_id from lead_scores order by lead_id",
        "select account_id, score, top_lead_id from account_scores order by account_id",
        "select lead_id, rank, reason from lead_score_reasons order by all",
    ):
        assert warehouse.query(select) == fresh.query(select), select
    assert len(warehouse.query("select lead_id from lead_scores")) > 100


STEPS = ("places_of", "erase_published", "_prove", "rewrite")


@pytest.mark.parametrize("step", STEPS)
def test_what_was_broken_off_is_done_by_the_same_again(
    house: Household, traces: tuple[str, ...], tmp_path: Path, monkeypatch, step: str
) -> None:
    copy = Household(tmp_path / "house", house.raw)
    shutil.copytree(house.folder, copy.folder, symlinks=True)
    (copy.folder / "said.txt").unlink()
    database = copy.warehouse.database

    def broken(*_: object, **__: object) -> None:
        raise OSError("the power failed")

    with monkeypatch.context() as patch, closing(duckdb.connect(database)) as connection:
        patch.setattr(erasure, step, broken)
        with pytest.raises(OSError, match="power"):
            forget(connection, database, EMAIL, empty=lambda *_: "emptied")
    assert copy.warehouse.query("select count(*) > 0 from main_operations.suppressions") == [
        (True,)
    ]
    with closing(duckdb.connect(database)) as connection:
        done = forget(connection, database, EMAIL, empty=lambda *_: "emptied")
    assert done.is_complete
    assert done.models
    assert not copy.tables_with(traces)
    assert not copy.files_with(traces)
    [(deleted, _, _, ended_at)] = copy.warehouse.query(PROOF)
    assert json.loads(deleted)["main.base_leads"] == 3
    assert ended_at is not None


def test_a_crm_that_cannot_be_told_is_told_by_the_same_again(
    house: Household, traces: tuple[str, ...], tmp_path: Path
) -> None:
    copy = Household(tmp_path / "house", house.raw)
    shutil.copytree(house.folder, copy.folder, symlinks=True)
    said = copy.run("forget", EMAIL, "--yes", code=1, LEADHOUSE_HUBSPOT_TOKEN="")
    assert "hubspot: her record is NOT emptied. Set these environment variables right" in said
    assert "LEADHOUSE_HUBSPOT_TOKEN: it is missing" in said
    assert "Not all is done: set right what is said above, and give the same" in said
    # What tells it stays, and who is meant.
    assert copy.tables_with(traces).keys() == {
        "main_operations.crm_sends",
        "main_operations.crm_answers",
        "main_operations.unfinished_erasures",
    }
    with HubSpotServer() as server:
        there = {"LEADHOUSE_HUBSPOT_URL": server.url}
        said = copy.run("forget", EMAIL, "--yes", **there)
    assert "hubspot: her record was emptied." in said
    assert not copy.tables_with(traces)


def test_an_address_of_several_people_is_not_enough(house: Household, tmp_path: Path) -> None:
    database = tmp_path / "leadhouse.duckdb"
    shutil.copy(house.warehouse.database, database)
    with closing(duckdb.connect(database)) as connection:
        connection.execute(
            "update base_leads set email = 'info@shared.example'"
            " where lead_id in (select lead_id from lead_scores order by all limit 2)"
        )
        shared = r"2 people share that address .*: name the lead that is to be forgotten"
        with pytest.raises(UnclearError, match=shared):
            forget(connection, database, "info@shared.example")
        with pytest.raises(NotKnownError, match="No lead has that id or e-mail address"):
            forget(connection, database, "L-of-nobody")
        [(count,)] = connection.execute(
            "select count(*) from main_operations.suppressions"
        ).fetchall()
        assert count == 0
