"""The documented queries that trace a score, against the input files themselves."""

import hashlib
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PROJECT, Warehouse

NOW = "Where does a score come from?"
THEN = "Where did a score come from that was told before?"


def documented(page: str, words: str) -> str:
    """The query of a page that begins with these words."""
    text = (PROJECT / page).read_text()
    [query] = re.findall(rf"```sql\n(-- {re.escape(words)}.*?;)\n```", text, re.DOTALL)
    return query


def trace(warehouse: Warehouse, words: str, **values: object) -> list[dict]:
    query = documented("docs/audit.md", words)
    for name, value in values.items():
        assert f"'{name}'" in query
        query = query.replace(f"'{name}'", f"'{value}'")
    with duckdb.connect(warehouse.database, read_only=True) as connection:
        return connection.execute(query).to_arrow_table().to_pylist()


def test_the_readme_has_the_query_of_the_page() -> None:
    assert documented("README.md", NOW) == documented("docs/audit.md", NOW)


@pytest.fixture(scope="module")
def traces(demo_warehouse: Warehouse) -> dict[str, list[dict]]:
    """Of the best lead, of one that stands for another, and of one that was an unknown visitor."""
    [(best, merged, visited)] = demo_warehouse.query(
        "select arg_max(lead_id, score),"
        " max(lead_id) filter (where lead_id in (select canonical_lead_id from lead_merges)),"
        " max(lead_id) filter (where lead_id in ("
        "     select signal_events.lead_id from int_signal_events as signal_events"
        "     join base_events using (event_number)"
        "     where base_events.lead_id is null and lead_scores.account_id is not null"
        " )) from lead_scores"
    )
    assert None not in (best, merged, visited)
    return {
        lead_id: trace(demo_warehouse, NOW, LEAD_ID=lead_id) for lead_id in (best, merged, visited)
    }


def quoted(names: Iterable[str]) -> str:
    """For a list of SQL, which must not be empty."""
    return ", ".join(f"'{name}'" for name in names) or "null"


def file_rows(raw: Path, table: str, condition: str, columns: str) -> list[tuple]:
    return duckdb.sql(f"select {columns} from '{raw}/{table}.parquet' where {condition}").fetchall()


@pytest.mark.slow
def test_a_score_leads_to_its_run_and_its_model(
    demo_warehouse: Warehouse, traces: dict[str, list[dict]]
) -> None:
    for lead_id, rows in traces.items():
        [(score, as_of, version)] = demo_warehouse.query(
            f"select score, as_of, model_version from lead_scores where lead_id = '{lead_id}'"
        )
        [(run_id, began_at, onnx)] = demo_warehouse.query(
            "select run_id, began_at, (select onnx from lead_models"
            f" where model_version = '{version}') from run_log"
        )
        for row in rows:
            assert (row["lead_id"], row["score"], row["as_of"]) == (lead_id, score, as_of)
            assert (row["run_id"], row["began_at"]) == (run_id, began_at)
            assert row["model_version"] == version
            assert row["onnx_sha256"] == hashlib.sha256(onnx).hexdigest()


@pytest.mark.slow
def test_a_score_leads_to_every_row_of_the_files_that_counted_and_to_no_other(
    demo_warehouse: Warehouse, demo_raw: Path, traces: dict[str, list[dict]]
) -> None:
    seen = set()
    found_visitors = False
    for lead_id, rows in traces.items():
        as_of = rows[0]["as_of"]
        for row in rows:
            file = demo_raw / row["source_file"]
            assert file.stem == row["input_table"]
            assert row["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
            assert row["known_at"] <= as_of
        facts = {
            table: [row["row_key"] for row in rows if row["input_table"] == table]
            for table in {row["input_table"] for row in rows}
        }
        seen |= facts.keys()
        assert all(len(keys) == len(set(keys)) for keys in facts.values())

        # By brute force: what the files say of the lead and of its duplicates.
        merged = demo_warehouse.query(
            f"select lead_id from lead_merges where canonical_lead_id = '{lead_id}'"
        )
        assert set(facts["leads"]) == {lead_id, *(name for (name,) in merged)}
        own = f"lead_id in ({quoted(facts['leads'])})"
        unnamed: dict[str, set[str]] = {}
        for table, key, known_at in (
            ("events", "event_id", "coalesce(received_at, occurred_at)"),
            ("touches", "touch_id", "touched_at"),
        ):
            condition = f"{own} and {known_at} <= timestamp '{as_of}'"
            named = {name for (name,) in file_rows(demo_raw, table, condition, key)}
            rejected = demo_warehouse.query(
                f"select row_text ->> '$.{key}' from rejected_rows where input_table = '{table}'"
            )
            assert named - {name for (name,) in rejected} <= set(facts.get(table, ()))
            unnamed[table] = set(facts.get(table, ())) - named
        # What names nobody was done by a visitor that the lead turned out to be.
        visitors = file_rows(demo_raw, "identities", own, "anonymous_id")
        is_theirs = f"lead_id is null and anonymous_id in ({quoted(name for (name,) in visitors)})"
        theirs = {name for (name,) in file_rows(demo_raw, "events", is_theirs, "event_id")}
        assert unnamed["events"] <= theirs
        assert not unnamed["touches"]
        found_visitors |= bool(unnamed["events"])
        [(account_id,)] = demo_warehouse.query(
            f"select account_id from lead_scores where lead_id = '{lead_id}'"
        )
        if account_id:
            assert account_id in facts["accounts"]
    assert {"leads", "accounts", "events", "identities", "touches"} <= seen
    assert found_visitors


@pytest.mark.slow
def test_features_are_those_of_the_rows_and_add_up_to_the_score(
    demo_days: list[Warehouse], telling_raw: Path
) -> None:
    *_, warehouse = demo_days
    leads = warehouse.query(
        "select lead_id, margin, base_margin from int_lead_predictions"
        " join int_lead_contributions using (lead_id) order by margin desc limit 3"
    )
    counted = set()
    for lead_id, margin, base_margin in leads:
        rows = trace(warehouse, NOW, LEAD_ID=lead_id)
        features = {of["feature"]: of for of in rows[0]["features_read"]}
        added = sum(of["contribution"] for of in features.values())
        assert base_margin + added == pytest.approx(margin, abs=1e-4)

        # What is counted of thirty days, by the times that the files have.
        window = rows[0]["as_of"] - timedelta(days=30)
        events = {row["row_key"]: row["signal"] for row in rows if row["signal"]}
        is_among_them = f"event_id in ({quoted(events)})"
        occurred = dict(file_rows(telling_raw, "events", is_among_them, "event_id, occurred_at"))
        for signal in set(events.values()):
            feature = features.get(f"{signal}_30d")
            if feature:
                expected = sum(
                    of == signal and occurred[event] > window for event, of in events.items()
                )
                assert feature["number"] == expected, (lead_id, signal)
                counted.add(signal)
    assert len(counted) > 1


@pytest.mark.slow
def test_what_was_told_before_leads_to_what_there_was_then(demo_days: list[Warehouse]) -> None:
    first, *_, last = demo_days
    runs = last.query("select run_id, as_of from run_log order by run_id")
    assert [str(as_of.date()) for _, as_of in runs] == [day.folder.name for day in demo_days]
    [(lead_id,)] = last.query(
        "select arg_max(lead_id, score) from lead_scores where lead_id in ("
        "     select lead_id from lead_score_history group by lead_id"
        f"    having count(*) > 1 and min(as_of) = timestamp '{runs[0][1]}'"
        " )"
    )
    then = trace(last, THEN, LEAD_ID=lead_id, AS_OF=runs[0][1])
    now = trace(first, NOW, LEAD_ID=lead_id)
    assert {row["run_id"] for row in then} == {runs[0][0]} == {row["run_id"] for row in now}
    for column in ("score", "as_of", "model_version", "onnx_sha256", "git_revision"):
        assert {row[column] for row in then} == {row[column] for row in now}, column
    fact = ("input_table", "row_key", "signal", "known_at", "source_file", "sha256")
    assert [[row[name] for name in fact] for row in then] == [
        [row[name] for name in fact] for row in now
    ]
    assert all(row["is_file_unchanged"] for row in then)
    assert {row["run_id"] for row in trace(last, NOW, LEAD_ID=lead_id)} == {runs[-1][0]}
