"""Rows judged: what is used, what is refused and why, and that nothing is lost on the way."""

import json
from collections import Counter
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhouse.inputs.contract import TABLES, Kind
from tests.inputs.worlds import GOOD_ROWS, KEYS, KNOWN_AT, Staging, write_csv, write_world

TABLE_NAMES = [table.name for table in TABLES]
# What a row may not lack. The value of an attribute change may: the attribute was cleared.
REQUIRED = [
    (table.name, column.name)
    for table in TABLES
    for column in table.columns
    if column.is_required and column.name != "value"
]
DECISIVE_TIMES = [*KNOWN_AT.items(), ("events", "occurred_at")]
# Good rows that differ only in what is not part of the key.
OTHER_CONTENTS = {
    "leads": {"email": "eve@example.com"},
    "accounts": {"name": "Other"},
    "events": {"duration_seconds": "99"},
    "outcomes": {"deal_value": "1"},
    "touches": {"channel": "email"},
    "feedback": {"reason": "Because."},
    "qualification": {"timeline_days": "90"},
    "attribute_changes": {"value": "CEO"},
}


def rejected(connection, table: str) -> list[tuple]:
    """Reason and text of each row that was rejected, whole; rejected_rows has each, redacted."""
    shown = connection.execute(
        f"select reason from rejected_rows where input_table = '{table}' order by all"
    ).fetchall()
    rows = connection.execute(
        f"select reject_reason, row_text from base_{table} cross join run_context"
        " where reject_reason is not null and (known_at is null or known_at <= as_of) order by all"
    ).fetchall()
    assert shown == [(reason,) for reason, _ in rows]
    return rows


def counts(connection, table: str) -> dict[str, int]:
    found = connection.execute(
        f"select * exclude (input_table) from input_row_counts where input_table = '{table}'"
    )
    names = [name for name, *_ in found.description]
    return dict(zip(names, found.fetchone(), strict=True))


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_good_row_is_used(staging: Staging, tmp_path: Path, table: str) -> None:
    world = write_world(tmp_path, **{name: [GOOD_ROWS[name]] for name in TABLE_NAMES})
    connection = staging.build(world)
    assert connection.execute("select * from rejected_rows").fetchall() == []
    assert connection.execute("select * from input_unparsable_values").fetchall() == []
    expected = {"count_rows_in": 1, "count_used": 1}
    assert {
        name: number for name, number in counts(connection, table).items() if number
    } == expected
    kinds = {
        column.name: column.kind
        for column in next(entry for entry in TABLES if entry.name == table).columns
    }
    row = GOOD_ROWS[table]
    columns = [name for name in row if kinds[name] is Kind.TEXT]
    found = connection.execute(f"select {', '.join(columns)} from stg_{table}").fetchall()
    assert found == [tuple(row[name] for name in columns)]


@pytest.mark.parametrize(("table", "column"), REQUIRED)
@pytest.mark.parametrize("blank", ["", "  "])
def test_row_that_lacks_a_required_value(
    staging: Staging, tmp_path: Path, table: str, column: str, blank: str
) -> None:
    row = GOOD_ROWS[table] | {column: blank}
    connection = staging.build(write_world(tmp_path, **{table: [GOOD_ROWS[table], row]}))
    ((reason, row_text),) = rejected(connection, table)
    assert reason == f"{column} is missing"
    assert json.loads(row_text) == {name: text or None for name, text in row.items()}
    assert connection.execute(f"select count(*) from stg_{table}").fetchone() == (1,)


@pytest.mark.parametrize(("table", "column"), DECISIVE_TIMES)
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "03/04/2025",
            "cannot be read as a time: write 2025-03-31 18:00:00, in UTC or with an offset",
        ),
        ("soon", "cannot be read as a time: write 2025-03-31 18:00:00, in UTC or with an offset"),
        (
            "1741080600",
            "cannot be read as a time: write 2025-03-31 18:00:00, in UTC or with an offset",
        ),
        ("1969-12-31 23:59:59", "is before 1970"),
        ("0001-01-01", "is before 1970"),
        ("9999-12-31", "is in the future"),
        ("2199-01-01T00:00:00Z", "is in the future"),
    ],
)
def test_row_with_an_impossible_time(
    staging: Staging, tmp_path: Path, *, table: str, column: str, text: str, reason: str
) -> None:
    row = GOOD_ROWS[table] | {column: text}
    connection = staging.build(write_world(tmp_path, **{table: [row]}), as_of="2026-01-01")
    assert [found for found, _ in rejected(connection, table)] == [f"{column} {reason}"]
    assert connection.execute(f"select count(*) from stg_{table}").fetchone() == (0,)


@pytest.mark.parametrize(
    ("table", "changes", "reason"),
    [
        ("outcomes", {"outcome": "maybe"}, "outcome is none of won, lost, disqualified"),
        ("outcomes", {"outcome": "Won"}, "outcome is none of won, lost, disqualified"),
        ("feedback", {"verdict": "great"}, "verdict is none of good_fit, bad_fit"),
        ("attribute_changes", {"entity": "person"}, "entity is none of lead, account"),
        (
            "events",
            {"lead_id": "", "anonymous_id": " "},
            "lead_id and anonymous_id are both missing",
        ),
        (
            "events",
            {"occurred_at": "2025-01-03 09:01:01"},
            "occurred_at is more than a day after received_at",
        ),
    ],
)
def test_row_that_breaks_a_rule_of_its_table(
    staging: Staging, tmp_path: Path, table: str, changes: dict, reason: str
) -> None:
    world = write_world(tmp_path, **{table: [GOOD_ROWS[table] | changes]})
    connection = staging.build(world, as_of="2026-01-01")
    assert [found for found, _ in rejected(connection, table)] == [reason]


def test_event_within_a_day_of_its_receipt_happened_no_later(
    staging: Staging, tmp_path: Path
) -> None:
    ahead = GOOD_ROWS["events"] | {"occurred_at": "2025-01-03 09:01:00"}
    sent_twice = GOOD_ROWS["events"] | {"event_id": "e2", "received_at": ""}
    connection = staging.build(write_world(tmp_path, events=[ahead, sent_twice]))
    assert connection.execute(
        "select occurred_at, received_at, known_at from stg_events order by event_id"
    ).fetchall() == [
        (datetime(2025, 1, 2, 9, 1),) * 3,
        (datetime(2025, 1, 2, 9, 0),) * 3,
    ]


def test_cleared_attribute_is_used(staging: Staging, tmp_path: Path) -> None:
    row = GOOD_ROWS["attribute_changes"] | {"value": ""}
    connection = staging.build(write_world(tmp_path, attribute_changes=[row]))
    assert connection.execute("select value from stg_attribute_changes").fetchall() == [(None,)]


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_exact_duplicates_are_counted_once_and_not_rejected(
    staging: Staging, tmp_path: Path, table: str
) -> None:
    """In one file and in another, with the columns in another order and other blanks."""
    row = GOOD_ROWS[table]
    write_world(tmp_path).joinpath(f"{table}.csv").unlink(missing_ok=True)
    write_csv(tmp_path / table / "a.csv", [row, row])
    blanks = {name: f" {text} " for name, text in reversed(row.items())}
    write_csv(tmp_path / table / "b.csv", [blanks])
    connection = staging.build(tmp_path)
    assert rejected(connection, table) == []
    found = counts(connection, table)
    assert (found["count_used"], found["count_exact_duplicates"]) == (1, 2)


@pytest.mark.parametrize("table", OTHER_CONTENTS)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_one_of_several_rows_with_a_key_is_used_whatever_their_order(
    staging: Staging, tmp_path: Path, table: str, is_reversed: bool
) -> None:
    rows = [GOOD_ROWS[table], GOOD_ROWS[table] | OTHER_CONTENTS[table]]
    world = write_world(tmp_path, **{table: rows[::-1] if is_reversed else rows})
    connection = staging.build(world)
    ((reason, row_text),) = rejected(connection, table)
    key = ", ".join(KEYS[table])
    assert reason == f"an earlier row has the same key ({key}) and other contents"
    (column,) = OTHER_CONTENTS[table]
    used = connection.execute(f"select {column}::varchar from stg_{table}").fetchall()
    texts = {str(row.get(column) or None) for row in rows}
    assert {str(used[0][0]).removesuffix(".0"), str(json.loads(row_text)[column])} == texts
    kept = Path(str(tmp_path) + "-order")
    twin = staging.build(write_world(kept, **{table: rows}))
    assert twin.execute(f"select {column}::varchar from stg_{table}").fetchall() == used


def test_ids_differ_by_every_character(staging: Staging, tmp_path: Path) -> None:
    ids = ["a", "A", "á", "a\u0301", "a b", "a'b", 'a"b', "a\nb", "'; drop table stg_leads; --"]
    leads = [GOOD_ROWS["leads"] | {"lead_id": text} for text in ids]
    connection = staging.build(write_world(tmp_path, leads=leads))
    assert {
        text for (text,) in connection.execute("select lead_id from stg_leads").fetchall()
    } == set(ids)


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_what_becomes_known_later_changes_nothing(
    staging: Staging, tmp_path: Path, table: str
) -> None:
    """A later row with the same key, a later new one and a later bad one, against none of them."""
    known_at = KNOWN_AT[table]
    row = GOOD_ROWS[table] | {known_at: "2025-03-01 00:00:00"}
    later = {known_at: "2025-06-01 00:00:00"}
    key = KEYS[table][0]
    change = OTHER_CONTENTS.get(table, {})
    additions = [
        row | change | later,
        row | later | ({} if table == "attribute_changes" else {key: "new"}),
        row | later | {"event_type": "", "outcome": "?", "verdict": "?", "text": "", key: "bad"},
    ]
    columns = list(row)
    additions = [{name: addition.get(name, "") for name in columns} for addition in additions]
    then = write_world(tmp_path / "then", **{table: [row]})
    now = write_world(tmp_path / "now", **{table: [*additions, row]})
    as_of = "2025-04-01"
    worlds = [staging.build(world, as_of=as_of) for world in (then, now)]
    for relation in (f"stg_{table}", "rejected_rows", "input_unparsable_values"):
        # The number of an event tells in which order the rows came.
        columns = "columns(lambda name: name <> 'event_number')"
        before, after = (
            world.execute(f"select {columns} from {relation}").fetchall() for world in worlds
        )
        assert before == after
    assert counts(worlds[1], table)["count_not_yet_known"] == 3
    assert counts(worlds[1], table)["count_used"] == counts(worlds[0], table)["count_used"] == 1


def test_as_of_is_the_latest_fact_that_can_be_used(staging: Staging, tmp_path: Path) -> None:
    notes = [
        GOOD_ROWS["notes"] | {"noted_at": "2025-03-01 12:00:00"},
        GOOD_ROWS["notes"] | {"noted_at": "2025-08-01 12:00:00", "text": ""},
        GOOD_ROWS["notes"] | {"noted_at": "9999-01-01 12:00:00"},
    ]
    connection = staging.build(write_world(tmp_path, notes=notes))
    assert connection.execute("select as_of, label_horizon_days from run_context").fetchall() == [
        (datetime(2025, 3, 1, 12), 30)
    ]


def test_unparsable_optional_values_are_counted_and_their_rows_used(
    staging: Staging, tmp_path: Path
) -> None:
    accounts = [
        {"account_id": "a1", "employee_count": "many", "last_funding_at": "spring"},
        {"account_id": "a2", "employee_count": "1,000", "last_funding_at": ""},
        {"account_id": "", "employee_count": "refused anyway", "last_funding_at": ""},
    ]
    connection = staging.build(write_world(tmp_path, accounts=accounts))
    assert connection.execute(
        "select * from input_unparsable_values order by column_name"
    ).fetchall() == [
        ("accounts", "employee_count", 2, "1,000"),
        ("accounts", "last_funding_at", 1, "spring"),
    ]
    assert counts(connection, "accounts")["count_used"] == 2


@pytest.mark.parametrize(
    "table", [name for name in TABLE_NAMES if name not in ("leads", "accounts")]
)
def test_rows_of_unknown_leads_are_counted(staging: Staging, tmp_path: Path, table: str) -> None:
    column = "entity_id" if table == "attribute_changes" else "lead_id"
    row = GOOD_ROWS[table] | {column: "nobody"}
    connection = staging.build(write_world(tmp_path, **{table: [row]}))
    found = counts(connection, table)
    assert (found["count_used"], found["count_unmatched"]) == (1, 1)


def test_a_thousand_unknown_event_types_are_used(staging: Staging, tmp_path: Path) -> None:
    events = [
        GOOD_ROWS["events"] | {"event_id": str(number), "event_type": f"type {number}"}
        for number in range(1000)
    ]
    connection = staging.build(write_world(tmp_path, events=events))
    assert counts(connection, "events")["count_used"] == 1000


ROW_TRAITS = st.sets(st.sampled_from(["no key", "bad time", "old", "future", "later", "changed"]))


@given(
    world=st.fixed_dictionaries(
        {
            name: st.lists(st.tuples(ROW_TRAITS, st.integers(1, 3)), max_size=6)
            for name in TABLE_NAMES
        }
    )
)
@settings(max_examples=15, deadline=None)
def test_nothing_is_lost(staging: Staging, world: dict[str, list[tuple[set[str], int]]]) -> None:
    """Any mixture of good, bad, repeated and later rows, each some times over, in any order."""
    times = {"bad time": "soon", "old": "1950-01-01", "future": "2999-01-01", "later": "2025-12-01"}
    serial = count()
    tables = {}
    for table, drawn in world.items():
        rows = []
        for traits, copies in drawn:
            row = dict.fromkeys([*KEYS[table], KNOWN_AT[table]], "") | GOOD_ROWS[table]
            row |= {"memo": str(next(serial))} if "changed" in traits else {"memo": ""}
            row[KEYS[table][0]] = "" if "no key" in traits else row[KEYS[table][0]]
            for trait in sorted(traits & times.keys()):
                row[KNOWN_AT[table]] = times[trait]
            rows += [row] * copies
        if rows:
            tables[table] = rows
    with TemporaryDirectory() as folder:
        connection = staging.build(write_world(Path(folder), **tables), as_of="2025-06-01")
        for table, rows in tables.items():
            found = counts(connection, table)
            assert found["count_rows_in"] == len(rows)
            parts = ["used", "exact_duplicates", "rejected", "not_yet_known"]
            assert sum(found[f"count_{part}"] for part in parts) == len(rows)
            texts = Counter(text for _, text in rejected(connection, table))
            assert texts.total() == found["count_rejected"]
            given_texts = Counter(
                json.dumps(
                    {name: text or None for name, text in row.items()}, separators=(",", ":")
                )
                for row in rows
            )
            assert texts <= given_texts
            bad = {text: number for text, number in given_texts.items() if is_bad(table, text)}
            assert Counter(bad) <= texts


def is_bad(table: str, row_text: str) -> bool:
    """Whether this row can be used at no moment, and nothing says that it was not known by then."""
    row = json.loads(row_text)
    known_at = row.get(KNOWN_AT[table])
    lacks_key = row[KEYS[table][0]] is None
    return known_at in ("soon", "1950-01-01", "2999-01-01") or (
        lacks_key and known_at != "2025-12-01"
    )
