"""Whole syncs of Salesforce and Mailchimp, while calls fail in every way."""

import random
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.syncing.destinations import make_destination
from leadhouse.syncing.run import Summary, run_sync
from leadhouse.syncing.settings import SyncSettings
from leadhouse.syncing.updates import read_due
from tests.syncing.loopback import PASSING_FAULTS, LoopbackServer
from tests.syncing.mailchimp_server import MailchimpServer
from tests.syncing.salesforce_server import SalesforceServer
from tests.syncing.warehouse import check_log, make_warehouse, want

HASTY = SyncSettings(attempts=3, wait_seconds=0.001, longest_wait_seconds=0.002)
THERE = [f"L{number}" for number in range(6)]
STRANGERS = ["L6", "L7"]


class Crm(ABC):
    """A server with its records, and what is shown in them."""

    name: str
    fields: Mapping[str, str]
    server: LoopbackServer

    @abstractmethod
    def add(self, lead_id: str) -> None: ...

    @abstractmethod
    def shown(self, lead_id: str) -> tuple | None:
        """Score, tier and our tags; None without a record."""

    def address(self, lead_id: str) -> str:
        return lead_id

    def tags(self, tier: str | None) -> tuple[str, ...]:
        return ()


class SalesforceCrm(Crm):
    name = "salesforce"
    fields = {"Leadhouse_Score__c": "score", "Leadhouse_Tier__c": "tier"}  # noqa: RUF012

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.server = SalesforceServer()
        self.server.add_field("Leadhouse_Id__c", type="Text", externalId=True)
        self.server.add_field("Leadhouse_Score__c", type="Number")
        self.server.add_field("Leadhouse_Tier__c", type="Text")
        self.server.authority.cert_pem.write_to_path(folder / "authority.pem")
        for name, value in {
            "REQUESTS_CA_BUNDLE": folder / "authority.pem",
            "LEADHOUSE_SALESFORCE_INSTANCE_URL": self.server.url,
            "LEADHOUSE_SALESFORCE_ACCESS_TOKEN": self.server.token,
            "LEADHOUSE_SALESFORCE_POLL_SECONDS": 0.005,
            "LEADHOUSE_SALESFORCE_TIMEOUT_SECONDS": 0.2,
            "LEADHOUSE_SALESFORCE_BULK_ABOVE": 3,
        }.items():
            monkeypatch.setenv(name, str(value))

    def add(self, lead_id: str) -> None:
        self.server.add(Leadhouse_Id__c=lead_id)

    def shown(self, lead_id: str) -> tuple | None:
        record = self.server.record(lead_id)
        return record and (*map(record.get, self.fields), ())


class MailchimpCrm(Crm):
    name = "mailchimp"
    fields = {"LHSCORE": "score", "LHTIER": "tier"}  # noqa: RUF012

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.server = MailchimpServer()
        self.server.fields.update(LHSCORE="number", LHTIER="text")
        for name, value in {
            "API_KEY": self.server.key,
            "LIST_ID": self.server.list_id,
            "URL": self.server.url,
            "POLL_SECONDS": 0.005,
            "TIMEOUT_SECONDS": 0.2,
        }.items():
            monkeypatch.setenv(f"LEADHOUSE_MAILCHIMP_{name}", str(value))

    def address(self, lead_id: str) -> str:
        return f"{lead_id}@acme.com"

    def tags(self, tier: str | None) -> tuple[str, ...]:
        return (f"leadhouse: {tier}",) if tier else ()

    def add(self, lead_id: str) -> None:
        self.server.add(self.address(lead_id))

    def shown(self, lead_id: str) -> tuple | None:
        for member in self.server.members.values():
            if member.email == self.address(lead_id):
                values = [member.merge_fields.get(name, "") for name in self.fields]
                return (*(None if value == "" else value for value in values), tuple(member.tags))
        return None


@pytest.fixture(params=[SalesforceCrm, MailchimpCrm], ids=lambda kind: kind.name)
def crm(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Crm]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = request.param(monkeypatch, tmp_path)
    with made.server:
        for lead_id in THERE:
            made.add(lead_id)
        yield made


def expect(connection: duckdb.DuckDBPyConnection, crm: Crm, scores: Mapping[str, float]) -> None:
    """Has the warehouse want these scores, with tiers, to be shown."""
    score, tier = crm.fields
    want(
        connection,
        crm.name,
        {
            lead_id: (crm.address(lead_id), value, {score: value, tier: tier_of(value)})
            for lead_id, value in scores.items()
        },
    )


def tier_of(score: float) -> str:
    return "hot" if score % 2 else "cold"


def sync(connection: duckdb.DuckDBPyConnection, crm: Crm) -> Summary:
    due = read_due(connection, crm.name)
    summary = run_sync(connection, make_destination(crm.name), HASTY, due)
    check_log(connection)
    return summary


def check_shown(crm: Crm, scores: Mapping[str, float]) -> None:
    for lead_id in THERE:
        score = scores.get(lead_id)
        tier = None if score is None else tier_of(score)
        assert crm.shown(lead_id) == (score, tier, crm.tags(tier)), lead_id
    assert [crm.shown(lead_id) for lead_id in STRANGERS] == [None, None]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_whatever_fails_what_is_wanted_is_shown_at_the_end(crm: Crm, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    connection = duckdb.connect()
    make_warehouse(connection, crm.name, crm.fields)
    for day in range(1, 6):
        leads = [lead_id for lead_id in THERE + STRANGERS if chance.random() < 0.8]
        scores = {lead_id: day * 10.0 + number for number, lead_id in enumerate(leads)}
        expect(connection, crm, scores)
        crm.server.plan = lambda _: (
            chance.choice(PASSING_FAULTS) if chance.random() < 0.15 else None
        )
        sync(connection, crm)
    crm.server.plan = lambda _: None
    assert sync(connection, crm).outcome == "complete"
    check_shown(crm, scores)
    count = len(crm.server.requests)
    assert sync(connection, crm).due == 0
    assert len(crm.server.requests) == count


def test_on_the_command_line(crm: Crm, tmp_path: Path) -> None:
    scores = {lead_id: 40.0 + number for number, lead_id in enumerate(THERE)}
    with duckdb.connect(tmp_path / "leadhouse.duckdb") as connection:
        make_warehouse(connection, crm.name, crm.fields)
        expect(connection, crm, scores)
    command = ["sync", "--destination", crm.name, "--database", str(tmp_path / "leadhouse.duckdb")]
    setup = CliRunner().invoke(app, [*command, "--setup"])
    assert (setup.exit_code, setup.output.count("is there already")) == (
        0,
        len(setup.output.splitlines()),
    )
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    assert "6 told, 0 refused, 0 not there" in told.output
    check_shown(crm, scores)
