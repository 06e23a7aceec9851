"""What explains a change of score, against builds of worlds that differ in one thing."""

import shutil
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from tests.conftest import Warehouse

pytestmark = pytest.mark.slow

# So that scores change by what happens in the worlds, not by what is learnt from it.
SAME_MODEL = {"retrain": "never", "recalibrate": "never"}
FIRST_DAY = datetime(2025, 12, 29)
DAY = timedelta(days=1)
LEADS_OF_EACH_KIND = 30
PARTS = ("from_decay", "from_events", "from_attributes", "from_model")

Scores = dict[str, Decimal]
Changes = dict[str, dict[str, object]]


def built_from(warehouse: Warehouse, raw: Path, folder: Path, as_of: datetime) -> Warehouse:
    """A copy of a warehouse, in which a run follows up to the changes of the scores."""
    folder.mkdir()
    shutil.copy(warehouse.database, folder)
    selection = ("+lead_score_changes", "+lead_score_change_signals")
    return Warehouse(folder).build(raw, "--select", *selection, as_of=str(as_of), **SAME_MODEL)


def scores(warehouse: Warehouse) -> Scores:
    found = warehouse.query("select lead_id, cast(score as decimal(5, 1)) from int_lead_scores")
    return dict(found)


def changes(warehouse: Warehouse) -> Changes:
    """The rows of the last run."""
    with duckdb.connect(warehouse.database, read_only=True) as connection:
        cursor = connection.execute(
            "select * from lead_score_changes"
            " where as_of = (select run_context.as_of from run_context)"
        )
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["lead_id"]: row for row in rows}


def signals(warehouse: Warehouse, lead_id: str) -> list[tuple]:
    return warehouse.query(
        "select topic, points from lead_score_change_signals"
        f" where lead_id = '{lead_id}' and as_of = (select run_context.as_of from run_context)"
    )


@pytest.fixture(scope="module")
def told(demo_days: list[Warehouse]) -> Warehouse:
    return demo_days[0]


@pytest.fixture(scope="module")
def next_day(demo_days: list[Warehouse]) -> Warehouse:
    return demo_days[1]


@pytest.fixture(scope="module")
def lonely(next_day: Warehouse) -> dict[str, list[str]]:
    """Leads without a colleague of whom nothing becomes known on the next day, by what is then
    made to: nothing, an event, an event that should have been known before, an answer."""
    leads = [
        lead_id
        for (lead_id,) in next_day.query(
            f"""
            select previous_scores.lead_id
            from int_previous_scores as previous_scores
            inner join int_lead_scores as scores using (lead_id)
            left join int_lead_accounts as own using (lead_id)
            where
                not exists (
                    from int_lead_accounts as others
                    where others.account_id = own.account_id and others.lead_id != own.lead_id
                )
                and not exists (
                    from engagement_ledger as entries
                    where entries.lead_id = scores.lead_id
                    and entries.known_at > timestamp '{FIRST_DAY}'
                )
                and not exists (
                    from int_attribute_changes as changes
                    where changes.entity_id in (own.lead_id, own.account_id)
                    and changes.known_at > timestamp '{FIRST_DAY}'
                )
                and not exists (
                    from int_qualification as answers
                    where answers.lead_id = scores.lead_id
                    and answers.known_at > timestamp '{FIRST_DAY}'
                )
                and not exists (
                    from lead_merges where lead_merges.canonical_lead_id = scores.lead_id
                )
            order by md5(previous_scores.lead_id)
            """
        )
    ]
    kinds = ["nothing", "event", "late event", "answer"]
    assert len(leads) >= len(kinds) * LEADS_OF_EACH_KIND
    return {
        kind: leads[i * LEADS_OF_EACH_KIND : (i + 1) * LEADS_OF_EACH_KIND]
        for i, kind in enumerate(kinds)
    }


@pytest.fixture(scope="module")
def other_raw(telling_raw: Path, lonely: dict[str, list[str]], tmp_path_factory) -> Path:
    """The same inputs, with what is made to happen."""
    raw = tmp_path_factory.mktemp("other") / "raw"
    shutil.copytree(telling_raw, raw)
    since = FIRST_DAY + DAY / 4
    late = FIRST_DAY - 2 * DAY
    events = [(lead, since) for lead in lonely["event"]]
    events += [(lead, late) for lead in lonely["late event"]]
    with duckdb.connect() as connection:
        connection.execute(f"create table events as from '{raw}/events.parquet'")
        connection.executemany(
            "insert into events by name select 'made-' || $1 as event_id, $1 as lead_id,"
            " $2 as occurred_at, $2 as received_at, 'demo_requested' as event_type",
            events,
        )
        connection.execute(f"copy events to '{raw}/events.parquet'")
        connection.execute(f"create table answers as from '{raw}/qualification.parquet'")
        connection.executemany(
            "insert into answers by name select $1 as lead_id, $2 as answered_at,"
            " 'over 100k' as budget, 'decision maker' as authority, 'urgent' as need,"
            " 7 as timeline_days",
            [(lead, since) for lead in lonely["answer"]],
        )
        connection.execute(f"copy answers to '{raw}/qualification.parquet'")
    return raw


@pytest.fixture(scope="module")
def otherwise(told: Warehouse, other_raw: Path, tmp_path_factory) -> Warehouse:
    """The next day of the other world, after the same first day was told."""
    folder = tmp_path_factory.mktemp("otherwise") / "warehouse"
    return built_from(told, other_raw, folder, FIRST_DAY + DAY)


def check_parts(
    explained: Changes, kind: list[str], before: Scores, after: Scores, **expected: Scores
) -> None:
    """Compares all parts of the leads of a kind; those that are not expected must be 0."""
    changed = [lead for lead in kind if before[lead] != after[lead]]
    assert changed
    assert not [lead for lead in kind if lead in explained and lead not in changed]
    for lead in changed:
        row = explained[lead]
        assert (row["status"], row["from_score"], row["to_score"]) == (
            "changed",
            before[lead],
            after[lead],
        )
        for part in PARTS:
            assert row[part] == expected.get(part, {}).get(lead, 0), (lead, part)


def difference(one: Scores, other: Scores) -> Scores:
    return {lead: other[lead] - one[lead] for lead in one.keys() & other.keys()}


def test_where_nothing_happened_time_alone_moved_the_score(told, otherwise, lonely):
    before, after = scores(told), scores(otherwise)
    check_parts(
        changes(otherwise),
        lonely["nothing"],
        before,
        after,
        from_decay=difference(before, after),
    )


def test_an_event_is_told_apart_from_the_time_that_passed(told, next_day, otherwise, lonely):
    """What time alone would have made of these leads is what the other world's day made of them."""
    before, without, after = scores(told), scores(next_day), scores(otherwise)
    check_parts(
        changes(otherwise),
        lonely["event"],
        before,
        after,
        from_decay=difference(before, without),
        from_events=difference(without, after),
    )


def test_an_answer_is_an_attribute(told, next_day, otherwise, lonely):
    before, without, after = scores(told), scores(next_day), scores(otherwise)
    check_parts(
        changes(otherwise),
        lonely["answer"],
        before,
        after,
        from_decay=difference(before, without),
        from_attributes=difference(without, after),
    )


def test_what_was_known_late_is_told_apart_from_what_is_new(
    told, other_raw, otherwise, lonely, tmp_path
):
    """What should have been told is what a build of the first day makes of the other world."""
    restated = built_from(told, other_raw, tmp_path / "restated", FIRST_DAY)
    before, should_have_been, after = scores(told), scores(restated), scores(otherwise)
    late_facts = difference(before, should_have_been)
    explained = changes(otherwise)
    check_parts(
        explained,
        lonely["late event"],
        before,
        after,
        from_decay=difference(should_have_been, after),
        from_events=late_facts,
    )
    moved = [lead for lead in lonely["late event"] if lead in explained and late_facts[lead]]
    assert moved
    for lead in moved:
        assert signals(otherwise, lead) == [("late_facts", late_facts[lead])]


def check_day(day: Warehouse, before: Scores) -> None:
    after = scores(day)
    expected = {
        lead: (before.get(lead), after.get(lead))
        for lead in before.keys() | after.keys()
        if before.get(lead) != after.get(lead)
    }
    assert expected
    explained = changes(day)
    assert {
        lead: (row["from_score"], row["to_score"]) for lead, row in explained.items()
    } == expected
    for row in explained.values():
        parts = [row[part] for part in PARTS]
        if row["status"] == "changed":
            assert sum(parts) == row["to_score"] - row["from_score"]
        else:
            assert parts == [None] * len(PARTS)


def test_parts_add_up_and_each_day_begins_where_the_last_ended(demo_days):
    for yesterday, today in pairwise(demo_days):
        check_day(today, before=scores(yesterday))
    seen = demo_days[-1].query("select distinct status from lead_score_changes")
    assert {("changed",), ("new",), ("closed",)} <= set(seen)


def test_another_model_is_a_part_of_its_own(demo_days, telling_raw, tmp_path):
    before = demo_days[-1]
    promoted = Warehouse(tmp_path / "promoted")
    promoted.folder.mkdir()
    shutil.copy(before.database, promoted.database)
    with duckdb.connect(promoted.database) as connection:
        # A second model that may score: what was fitted to be tried is as good as a challenger.
        [(challenger,)] = connection.execute(
            "select model_version from trained_models"
            " where role = 'evaluation' and model_kind = 'logistic' and origin_number = 1"
        ).fetchall()
        for table in ("trained_models", "lead_models"):
            connection.execute(
                f"update {table} set role = 'challenger' where model_version = ?", [challenger]
            )
    promote = ["models", "promote", challenger, "--reason", "Another."]
    done = CliRunner().invoke(app, [*promote, "--database", str(promoted.database)])
    assert done.exit_code == 0, done.output

    after = built_from(promoted, telling_raw, tmp_path / "after", FIRST_DAY + 4 * DAY)
    check_day(after, before=scores(before))
    changed = [row for row in changes(after).values() if row["status"] == "changed"]
    assert sum(bool(row["from_model"]) for row in changed) > len(changed) / 2
    # On the days before it, the same model scored.
    query = "select distinct from_model from lead_score_changes where status = 'changed'"
    assert before.query(query) == [(0,)]


def test_the_same_run_once_more_adds_nothing(next_day, telling_raw, tmp_path):
    again = built_from(next_day, telling_raw, tmp_path / "again", FIRST_DAY + DAY)
    for table in ("lead_score_changes", "lead_score_change_signals"):
        query = f"select * from {table} order by all"
        assert again.query(query) == next_day.query(query)


def test_the_first_run_has_nothing_to_compare_with(told):
    assert told.query("select count(*) from lead_score_changes") == [(0,)]
