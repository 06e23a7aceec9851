"""The same through dbt: which files a run reads, and what it says when it reads all."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Warehouse
from tests.incremental.path import COMPARED, INCREMENTAL, rows
from tests.inputs.worlds import GOOD_ROWS, write_csv, write_world

pytestmark = pytest.mark.slow

OPENED = {"name": "opened_mails", "event_types": ["email_opened"], "channel": "email"}
SIGNALS = [OPENED | {"label": "mails opened", "stage": "interest", "sign": "positive"}]


def event(number: int, **columns: str) -> dict[str, str]:
    return (
        GOOD_ROWS["events"]
        | {
            "event_id": f"e{number}",
            "occurred_at": f"2025-01-{number:02} 09:00:00",
            "received_at": "",
        }
        | columns
    )


def build(folder: Path, raw_dir: Path, *arguments: str, **variables: object) -> str:
    """Builds up to the ledger; gives what dbt printed."""
    options = ("--exclude-resource-type", "test", "unit_test", "--vars", json.dumps(variables))
    done = Warehouse(folder).dbt(
        "build",
        "--select",
        "+engagement_ledger",
        "int_lead_events",
        *options,
        *arguments,
        raw_dir=raw_dir,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def tables(folder: Path) -> dict[str, list[tuple]]:
    with duckdb.connect(Warehouse(folder).database, read_only=True) as connection:
        return {relation: rows(connection, relation) for relation in COMPARED}


def stamps(folder: Path) -> dict[str, list[tuple]]:
    """Which runs made the rows of each table."""
    with duckdb.connect(Warehouse(folder).database, read_only=True) as connection:
        return {
            table: connection.execute(
                f"select built_at, edition, count(*) from {table} group by all order by all"
            ).fetchall()
            for table in INCREMENTAL
        }


def sentences(printed: str) -> list[str]:
    return [line.split("  ", 1)[1] for line in printed.splitlines() if "Rebuilt in full: " in line]


def test_a_folder_of_files_from_day_to_day(tmp_path: Path) -> None:
    raw = write_world(tmp_path / "raw")
    raw.joinpath("events.csv").unlink()
    days = {
        1: [event(1), event(2, event_type="email_sent"), event(3, lead_id="", topic="pricing")],
        # A visitor's event, a late one, and a row that takes the place of one in the first file.
        2: [
            event(4, event_type="email_opened", received_at="2025-01-09 09:00:00"),
            event(5, occurred_at="2024-12-24 09:00:00", received_at="2025-01-09 10:00:00"),
            event(
                2,
                event_type="page_view",
                received_at="2025-01-01 08:00:00",
                occurred_at="2025-01-01",
            ),
        ],
    }
    write_csv(raw / "events" / "1.csv", days[1])
    assert sentences(build(tmp_path / "daily", raw)) == []
    first = stamps(tmp_path / "daily")

    write_csv(raw / "events" / "2.csv", days[2])
    identities = [GOOD_ROWS["identities"]]
    write_csv(raw / "identities.csv", identities)
    assert sentences(build(tmp_path / "daily", raw)) == []
    second = stamps(tmp_path / "daily")
    for table in INCREMENTAL:
        editions = [{edition for _, edition, _ in day[table]} for day in (first, second)]
        assert editions[0] <= editions[1], f"{table} was made anew"
    build(tmp_path / "once", raw)
    assert tables(tmp_path / "daily") == tables(tmp_path / "once")
    [(text,)] = (
        duckdb.connect(Warehouse(tmp_path / "daily").database, read_only=True)
        .execute(
            "select row_text from base_events where event_id = 'e2' and reject_reason is not null"
        )
        .fetchall()
    )
    assert json.loads(text)["event_type"] == "email_sent"

    # Nothing has come: nothing is written, be the input named again or not.
    for raw_dir in (raw, None):
        assert sentences(build(tmp_path / "daily", raw_dir)) == []
        assert stamps(tmp_path / "daily") == second

    # Other signals: the files need not be read again.
    printed = sentences(build(tmp_path / "daily", raw, signals=SIGNALS))
    assert printed == [
        "Rebuilt in full: int_signal_events, as its definition has changed.",
        "Rebuilt in full: int_first_engagements, as what it is made of was made anew.",
        "Rebuilt in full: int_engagement_entries, as its definition has changed.",
    ], "no e-mail that was sent is left to be answered"
    assert stamps(tmp_path / "daily")["base_events"] == second["base_events"]
    shutil.rmtree(tmp_path / "once")
    build(tmp_path / "once", raw, signals=SIGNALS)
    assert tables(tmp_path / "daily") == tables(tmp_path / "once")

    # A file that was read is another one now.
    write_csv(raw / "events" / "1.csv", days[1][:2])
    printed = sentences(build(tmp_path / "daily", raw, signals=SIGNALS))
    assert printed[0] == (
        "Rebuilt in full: base_events, as events/1.csv has changed since it was read."
    )
    shutil.rmtree(tmp_path / "once")
    build(tmp_path / "once", raw, signals=SIGNALS)
    assert tables(tmp_path / "daily") == tables(tmp_path / "once")
