"""Two days of a company as it lives them: build, `leadhouse sync`, build, `leadhouse sync`."""

import html
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from tests.conftest import Warehouse
from tests.syncing.hubspot_server import HubSpotServer
from tests.syncing.loopback import Receiver

pytestmark = pytest.mark.slow

DAY_AFTER = {"as_of": "2026-01-01", "retrain": "never", "recalibrate": "never"}
NEW_ADDRESS = "she-changed-jobs@elsewhere.example"


@pytest.fixture
def day_before(demo_days: list[Warehouse], tmp_path: Path) -> Warehouse:
    """A warehouse of the day before the demo world's last, to be built and synced further."""
    folder = tmp_path / "warehouse"
    folder.mkdir()
    shutil.copy(demo_days[-2].database, folder)
    return Warehouse(folder)


@pytest.fixture
def servers(
    day_before: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[HubSpotServer, Receiver]]:
    with HubSpotServer() as hubspot, Receiver() as channel:
        for name, value in {
            "LEADHOUSE_DATABASE": str(day_before.database),
            "LEADHOUSE_HUBSPOT_TOKEN": hubspot.token,
            "LEADHOUSE_HUBSPOT_URL": hubspot.url,
            "LEADHOUSE_ALERTS_URL": channel.url,
        }.items():
            monkeypatch.setenv(name, value)
        yield hubspot, channel


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def with_new_address(raw: Path, folder: Path, lead: str) -> Path:
    """The same inputs, but that a lead has another e-mail address."""
    shutil.copytree(raw, folder)
    leads = folder / "leads.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table leads as from '{leads}'")
        connection.execute("update leads set email = ? where lead_id = ?", [NEW_ADDRESS, lead])
        connection.table("leads").write_parquet(str(leads))
    return folder


def scores(hubspot: HubSpotServer) -> dict[str, float]:
    """What reps see there: the contacts that show a score."""
    return {
        contact.email: float(score)
        for contact in hubspot.contacts.values()
        if (score := contact.properties.get("leadhouse_score"))
    }


def test_a_day_later_all_see_the_day_and_only_what_changed_was_told(
    day_before: Warehouse,
    telling_raw: Path,
    servers: tuple[HubSpotServer, Receiver],
    tmp_path: Path,
) -> None:
    hubspot, channel = servers
    run("sync", "--destination", "hubspot", "--setup")
    run("sync", "--destination", "hubspot")
    run("alerts")
    alerts = "select text from lead_alerts order by as_of, alert_id"
    posted = [html.unescape(request.json["text"]) for request in channel.requests]
    assert [(text,) for text in posted] == day_before.query(alerts)

    moved, old_address = day_before.query(
        "select lead_id, address from int_crm_updates where destination = 'hubspot'"
        " order by score desc limit 1"
    )[0]
    assert old_address in scores(hubspot)
    raw = with_new_address(telling_raw, tmp_path / "raw", moved)
    day = day_before.build(raw, **DAY_AFTER)

    due = day.query(
        "select lead_id, change, address from int_crm_updates"
        " where destination = 'hubspot' and is_due"
    )
    changes = Counter(change for _, change, _ in due)
    assert {"new", "changed", "closed", "moved"} <= changes.keys()
    [(unchanged,)] = day.query(
        "select count(*) from int_crm_updates where destination = 'hubspot' and change = 'none'"
    )
    assert unchanged
    dry = run("sync", "--destination", "hubspot", "--dry-run")
    assert all(f"{count:,} {change}" in dry for change, count in changes.items())

    run("sync", "--destination", "hubspot")
    told = dict(
        day.query(
            "select address, score from int_crm_updates"
            " where destination = 'hubspot' and not is_leaving"
        )
    )
    seen = scores(hubspot)
    assert seen.keys() == told.keys()
    assert all(abs(seen[address] - score) < 1 for address, score in told.items())
    assert {address for _, change, address in due if change == "closed"}.isdisjoint(seen)
    assert NEW_ADDRESS in seen
    assert old_address not in seen

    requests = len(hubspot.requests)
    assert "0 leads were due." in run("sync", "--destination", "hubspot")
    assert len(hubspot.requests) == requests

    run("alerts")
    posted = [html.unescape(request.json["text"]) for request in channel.requests]
    assert sorted((text,) for text in posted) == sorted(day.query(alerts))
    assert "0 alerts were due." in run("alerts")
    assert len(channel.requests) == len(posted)
