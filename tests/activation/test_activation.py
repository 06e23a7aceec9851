"""What the CRM is told, who works which lead and what people are alerted to, over two days.

The log is filled by hand between the builds, as a sync would.
"""

import json
import re
import shutil
from collections import Counter
from datetime import datetime, timedelta

import duckdb
import pytest

from tests.conftest import Warehouse

pytestmark = pytest.mark.slow

DESTINATION = "hubspot"
LEAST = {"score": 1.0}
SILENT = {
    *("conversion_probability", "score_change_7d", "tier_expires_at"),
    *("model_version", "as_of", "scored_at"),
}


@pytest.fixture(scope="module")
def first(demo_days: list[Warehouse], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The first day, after a sync that told most leads, was refused some and then died."""
    warehouse = Warehouse(tmp_path_factory.mktemp("activation") / "first")
    warehouse.folder.mkdir()
    shutil.copy(demo_days[0].database, warehouse.database)
    with duckdb.connect(warehouse.database) as connection:
        connection.execute(
            """
            insert into main_operations.crm_sends
            select
                'request-' || row_number() over (order by score desc, lead_id) % 50,
                'sync', destination, lead_id, address, properties, properties_hash, is_leaving,
                timestamp '2026-01-01'
            from int_crm_updates
            where destination = ? and is_due
            """,
            [DESTINATION],
        )
        # Requests 0 to 9 had no answer; of the others each tenth lead is refused.
        connection.execute(
            """
            insert into main_operations.crm_answers
            select
                request_id, lead_id, case when lead_id like '%7' then 'refused' else 'told' end,
                case when lead_id not like '%7' then 'record-' || lead_id end, 'said',
                timestamp '2026-01-02'
            from main_operations.crm_sends
            where length(request_id) > length('request-0')
            """
        )
    return warehouse


@pytest.fixture(scope="module")
def second(first, demo_days, tmp_path_factory) -> Warehouse:
    """The day after it: no build changes the log, so it is copied into what that day built."""
    warehouse = Warehouse(tmp_path_factory.mktemp("activation") / "second")
    warehouse.folder.mkdir()
    shutil.copy(demo_days[1].database, warehouse.database)
    with duckdb.connect(warehouse.database) as connection:
        connection.execute(f"attach '{first.database}' as synced (read_only)")
        for table in ("crm_sends", "crm_answers"):
            connection.execute(
                f"insert into main_operations.{table} from synced.main_operations.{table}"
            )
    return warehouse


def words(sentence: str) -> str:
    return re.sub(r"[0-9.,]", "", sentence)


def differs(field: str, now: object, told: object) -> bool:
    """Whether a person would see something else, by the rules of docs/activation.md."""
    if field in SILENT or now == told:
        return False
    if now is None or told is None:
        return True
    if field in LEAST:
        return round(abs(now - told), 9) >= LEAST[field]
    if field.startswith("reason_"):
        return words(now) != words(told)
    return True


def test_all_leads_with_an_address_are_due_at_first(demo_days):
    first_day = demo_days[0]
    due = first_day.query(
        f"select lead_id, change, is_due from crm_lead_updates where destination = '{DESTINATION}'"
    )
    withheld = first_day.query(
        f"select lead_id from crm_withheld_leads where destination = '{DESTINATION}'"
    )
    open_leads = {lead for (lead,) in first_day.query("select lead_id from lead_scores")}
    assert {(change, is_due) for _, change, is_due in due} == {("new", True)}
    assert {lead for lead, *_ in due} | {lead for (lead,) in withheld} == open_leads
    assert len(due) + len(withheld) == len(open_leads)
    assert withheld


def test_nothing_that_was_told_is_due_at_once_after_the_sync(first):
    sent = dict(
        first.query(
            "select sends.lead_id, answers.status from main_operations.crm_sends as sends"
            " left join main_operations.crm_answers as answers using (request_id, lead_id)"
        )
    )
    states = {"told": ("none", False), "refused": ("refused", False), None: ("again", True)}
    found = first.query(
        f"select lead_id, change, is_due from crm_lead_updates where destination = '{DESTINATION}'"
    )
    assert {lead: (change, is_due) for lead, change, is_due in found} == {
        lead: states[status] for lead, status in sent.items()
    }
    assert set(sent.values()) == set(states)


def test_what_is_due_the_day_after_is_what_brute_force_says(second):
    field_of = dict(
        second.query(
            "select property, field from main_seeds.crm_properties"
            f" where destination = '{DESTINATION}'"
        )
    )
    log = {
        lead: (json.loads(properties), status)
        for lead, properties, status in second.query(
            "select sends.lead_id, sends.properties, answers.status"
            " from main_operations.crm_sends as sends"
            " left join main_operations.crm_answers as answers using (request_id, lead_id)"
        )
    }
    with_address = {
        lead
        for (lead,) in second.query(
            "select lead_id from int_crm_addresses"
            f" where destination = '{DESTINATION}' and withheld_because is null"
        )
    }
    known = {lead for (lead,) in second.query("select lead_id from int_leads")}
    found = {
        lead: (change, is_due, json.loads(properties))
        for lead, change, is_due, properties in second.query(
            "select lead_id, change, is_due, properties from crm_lead_updates"
            f" where destination = '{DESTINATION}'"
        )
    }
    assert found.keys() == log.keys() | with_address

    expected = {}
    for lead, (_, _, properties) in found.items():
        told, status = log.get(lead, (None, None))
        if lead not in with_address:
            assert set(properties.values()) == {None}
            gone = "closed" if lead in known else "erased"
            expected[lead] = ("none", False) if status == "refused" else (gone, True)
        elif told is None:
            expected[lead] = ("new", True)
        elif status is None:
            expected[lead] = ("again", True)
        elif any(differs(field_of[name], properties[name], told[name]) for name in field_of):
            expected[lead] = ("changed", True)
        else:
            expected[lead] = ("refused" if status == "refused" else "none", False)
    assert {lead: (change, is_due) for lead, (change, is_due, _) in found.items()} == expected
    changes = Counter(change for change, _ in expected.values())
    assert {"new", "again", "changed", "closed", "none", "refused"} <= changes.keys()


def test_what_should_be_there_is_what_the_public_tables_say(second):
    wrong = second.query(
        """
        select updates.lead_id
        from crm_lead_updates as updates
        inner join lead_scores using (lead_id)
        left join lead_score_reasons as reasons
            on updates.lead_id = reasons.lead_id and reasons.rank = 2
            and reasons.direction in ('for', 'against')
        left join lead_assignments as assignments on updates.lead_id = assignments.lead_id
        where updates.destination = 'webhook' and (
            cast((updates.properties ->> 'score') as double) <> lead_scores.score
            or (updates.properties ->> 'tier') <> lead_scores.tier
            or (updates.properties ->> 'reason_2') is distinct from reasons.reason
            or (updates.properties ->> 'assigned_rep_id') is distinct from assignments.rep_id
            or updates.properties_hash <> md5(updates.properties)
        )
        """
    )
    assert wrong == []


def test_no_public_table_of_activation_shows_an_address(second, demo_days):
    manifest = json.loads((demo_days[1].folder / "target" / "manifest.json").read_text())
    addresses = {
        address
        for (address,) in second.query("select email from int_leads where email is not null")
    }
    for node in manifest["nodes"].values():
        if node["config"].get("access") == "public" and node["group"] == "activation":
            for row in second.query(f"select * from {node['name']}"):
                texts = re.findall(r"[^\s\"',]+@[^\s\"',]+", " ".join(map(str, row)))
                assert not addresses.intersection(texts), node["name"]


def test_leads_keep_their_reps(first, second):
    def reps(warehouse: Warehouse) -> dict[str, tuple]:
        rows = warehouse.query("select lead_id, rep_id, assigned_at from lead_assignments")
        return {lead: (rep, assigned_at) for lead, rep, assigned_at in rows}

    before, after = reps(first), reps(second)
    stayed = [lead for lead in before.keys() & after.keys() if before[lead][0]]
    owners = dict(second.query("select lead_id, owner_rep_id from int_lead_routes"))
    given_another = [lead for lead in stayed if owners[lead] and owners[lead] != before[lead][0]]
    assert {lead for lead in stayed if before[lead] != after[lead]} == set(given_another)
    [(routed,)] = second.query(
        "select count(*) from lead_assignments where rule is not null and rep_id is not null"
    )
    assert routed
    assert after.keys() == {lead for (lead,) in second.query("select lead_id from lead_scores")}


def test_the_first_run_raises_no_alert_and_the_others_each_once(demo_days):
    assert demo_days[0].query("select * from lead_alerts") == []
    before = set()
    for day, previous in zip(demo_days[1:], demo_days, strict=False):
        [(as_of,)] = day.query("select as_of from run_context")
        alerts = set(day.query("select lead_id, kind, as_of, text from lead_alerts"))
        assert before <= alerts
        was_hot = {
            lead for (lead,) in previous.query("select lead_id from lead_scores where tier = 'hot'")
        }
        is_hot = {
            lead for (lead,) in day.query("select lead_id from lead_scores where tier = 'hot'")
        }
        quiet = {
            lead
            for lead, kind, at, _ in before
            if kind == "became_hot" and at > as_of - timedelta(days=7)
        }
        assert {
            lead for lead, kind, at, _ in alerts if kind == "became_hot" and at == as_of
        } == is_hot - was_hot - quiet
        before = alerts
    assert {kind for _, kind, _, _ in before} >= {"became_hot", "falling"}


def test_a_rebuild_alerts_assigns_and_changes_nothing_again(second, telling_raw, tmp_path):
    again = Warehouse(tmp_path / "again")
    again.folder.mkdir()
    shutil.copy(second.database, again.database)
    again.build(
        telling_raw,
        *("--full-refresh", "--select", "path:models/activation"),
        as_of="2025-12-30",
        publish_to="nowhere",
    )
    for table in (
        *("lead_alerts", "lead_assignments", "reverse_etl_leads", "reverse_etl_accounts"),
        *("crm_sync_log", "crm_sync_rejected"),
    ):
        query = f"select * from {table} order by all"
        assert again.query(query) == second.query(query), table


def test_the_cursor_of_reverse_etl_tells_each_row_that_changed(first, second):
    columns = "* exclude (updated_at)"

    def rows(warehouse: Warehouse) -> dict[str, tuple]:
        found = warehouse.query(f"select {columns} from reverse_etl_leads")
        return {row[0]: row for row in found}

    before, after = rows(first), rows(second)
    [(last_sync,)] = first.query("select max(updated_at) from reverse_etl_leads")
    assert isinstance(last_sync, datetime)
    newer = second.query(
        f"select lead_id from reverse_etl_leads where updated_at > timestamp '{last_sync}'"
    )
    changed = {lead for lead, row in after.items() if before.get(lead) != row}
    assert {lead for (lead,) in newer} == changed
    assert before.keys() <= after.keys()
    assert 0 < len(changed) < len(after)
