"""Syncs of a warehouse that a build made, with the true int_crm_updates, to HubSpot on loopback."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from leadhouse.syncing.fields import FIELDS
from leadhouse.syncing.hubspot import HubSpotDestination
from leadhouse.syncing.hubspot_calls import HubSpotSettings
from leadhouse.syncing.run import Summary, run_sync
from leadhouse.syncing.settings import SyncSettings
from leadhouse.syncing.updates import property_names, read_due
from tests.conftest import Warehouse
from tests.syncing.hubspot_server import HubSpotServer, failing, in_turn
from tests.syncing.warehouse import check_log

pytestmark = pytest.mark.slow

IMPATIENT = SyncSettings(attempts=1, wait_seconds=0)


@pytest.fixture
def connection(demo_warehouse: Warehouse, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    # (Views name the database by the name of its file.)
    copy = tmp_path / demo_warehouse.database.name
    shutil.copy(demo_warehouse.database, copy)
    with closing(duckdb.connect(copy)) as connection:
        yield connection


def sync(connection: duckdb.DuckDBPyConnection, server: HubSpotServer) -> Summary:
    properties, names = property_names(connection, "hubspot")
    destination = HubSpotDestination(HubSpotSettings(token=server.token, url=server.url))
    destination.setup(properties)
    requests = len(server.requests)
    due = read_due(connection, "hubspot")
    summary = run_sync(connection, destination, IMPATIENT, due, names=names)
    check_log(connection)
    assert summary.due or len(server.requests) == requests
    return summary


def shown(server: HubSpotServer, address: str) -> dict[str, str]:
    """Our properties of a contact, those that are filled."""
    found = server.contact(address).properties
    return {name: text for name, text in found.items() if name.startswith("leadhouse_") and text}


def test_each_lead_is_told_once_and_again_only_if_nobody_knows(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    with HubSpotServer() as server:
        # After the requests of the setup: a batch arrives, but its answer does not.
        server.plan = in_turn(*[None] * (3 + len(FIELDS)), failing(503, acts=True))
        first = sync(connection, server)
        assert first.due > 1000
        assert (first.outcome, first.told) == ("incomplete", first.due - 100)
        assert first.calls == -(-first.due // 100)
        second = sync(connection, server)
        assert (second.outcome, second.changes, second.calls) == ("complete", {"again": 100}, 1)
        assert sync(connection, server).calls == 0

        wanted = connection.execute(
            "select address, properties from int_crm_updates where destination = 'hubspot'"
        ).fetchall()
        assert len(wanted) == len(server.contacts)
        for address, properties in wanted:
            texts = shown(server, address)
            for name, value in json.loads(properties).items():
                kind = FIELDS[name.removeprefix("leadhouse_")].type
                if value is None:
                    assert name not in texts
                elif kind == "number":
                    assert float(texts[name]) == value
                else:
                    assert texts[name].replace(".000Z", "Z") == value
