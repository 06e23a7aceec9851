"""`leadhouse sync` as people and cron call it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from tests.syncing.loopback import Fault, Receiver
from tests.syncing.warehouse import check_log, make_warehouse, raise_alerts, want

LEADS = {
    f"l{number}": (f"l{number}@x.org", float(number), {"score": float(number)})
    for number in range(3)
}


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "leadhouse.duckdb"
    with closing(duckdb.connect(file)) as connection:
        make_warehouse(connection, "csv", {"score": "score"})
        want(connection, "csv", LEADS)
    monkeypatch.setenv("LEADHOUSE_DATABASE", str(file))
    monkeypatch.setenv("LEADHOUSE_CSV_FOLDER", str(tmp_path / "out"))
    return file


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["sync", *arguments])
    assert done.exit_code == code, done.output
    assert "@" not in done.output
    return done.output


def syncs(database: Path) -> Sequence[tuple]:
    with closing(duckdb.connect(database, read_only=True)) as connection:
        check_log(connection)
        return connection.execute(
            "select outcome, summary, ended_at > started_at"
            " from main_operations.crm_syncs order by sync_id"
        ).fetchall()


def test_a_sync_is_told_of_and_written_down(database: Path, tmp_path: Path) -> None:
    output = run("--destination", "csv")
    assert "csv: 3 leads were due: 3 new." in output
    assert "3 told, 0 refused, 0 not there, 0 left, in 1 call " in output
    assert len(list((tmp_path / "out").glob("leads-*.csv"))) == 1
    assert "0 leads were due." in run("--destination", "csv")
    [(outcome, summary, has_ended), (again, nothing, _)] = syncs(database)
    assert (outcome, again, has_ended) == ("complete", "complete", True)
    assert json.loads(summary)["told"] == 3
    assert json.loads(nothing)["calls"] == 0


def test_a_dry_run_needs_no_settings_and_leaves_nothing(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEADHOUSE_CSV_FOLDER")
    output = run("--destination", "csv", "--dry-run")
    assert "csv would be told of 3 leads: 3 new." in output
    assert '{"score": 2.0}' in output
    assert not syncs(database)
    assert not (tmp_path / "out").exists()


def test_what_data_holds_is_shown_and_neither_obeyed_nor_hidden(database: Path) -> None:
    odd = "l\x1b[2J\u202e[/][bold]:warning:\x07"
    with closing(duckdb.connect(database)) as connection:
        want(connection, "csv", {odd: (odd, 1.0, {"score": 1.0})})
    output = run("--destination", "csv", "--dry-run")
    assert r"l\x1b[2J\u202e[/][bold]:warning:\x07" in output
    shown = r"Lead \x1b[0m[/] is not due at csv."
    assert shown in run("--destination", "csv", "--only", "\x1b[0m[/]", "--dry-run")


def test_only_and_limit(database: Path) -> None:
    output = run("--destination", "csv", "--only", "l1", "--only", "l9")
    assert "Lead l9 is not due at csv." in output
    assert "1 lead was due" in output
    assert "1 lead was due" in run("--destination", "csv", "--limit", "1")
    assert "1 lead was due" in run("--destination", "csv")


def test_setup_tells_nothing(database: Path, tmp_path: Path) -> None:
    assert "out is there." in run("--destination", "csv", "--setup")
    assert not list((tmp_path / "out").iterdir())
    assert not syncs(database)


def test_what_is_wrong_is_said_in_a_sentence(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no row for the destination 'nowhere'" in run("--destination", "nowhere", code=2)
    monkeypatch.delenv("LEADHOUSE_CSV_FOLDER")
    assert "LEADHOUSE_CSV_FOLDER: it is missing" in run("--destination", "csv", code=2)
    monkeypatch.setenv("LEADHOUSE_CSV_FOLDER", str(database))
    output = run("--destination", "csv", code=1)
    assert "3 left" in output
    assert "What is left is told by the next sync." in output
    assert "Stopped: csv takes no more calls: the file cannot be written: " in output
    [(outcome, *_)] = syncs(database)
    assert outcome == "stopped"
    said = run("--destination", "csv", "--setup", code=2)
    assert "leadhouse sync: the file cannot be written: " in said


def test_where_the_reasons_of_refusals_are_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "leadhouse.duckdb"
    with closing(duckdb.connect(file)) as connection:
        make_warehouse(connection, "webhook", {"score": "score"})
        want(connection, "webhook", LEADS)
    with Receiver() as receiver:
        receiver.plan = lambda _: Fault(422, body=b"not a score")
        monkeypatch.setenv("LEADHOUSE_WEBHOOK_URL", receiver.url)
        output = run("--destination", "webhook", "--database", str(file))
    assert "0 told, 3 refused" in output
    assert "Why they were refused is in crm_sync_rejected." in output


def alerts(database: Path, code: int) -> str:
    done = CliRunner().invoke(app, ["alerts", "--database", str(database)])
    assert done.exit_code == code, done.output
    return done.output


def test_alerts_that_cannot_be_posted_say_why(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(duckdb.connect(database)) as connection:
        raise_alerts(connection, ["Lead 1 is hot"])
    monkeypatch.delenv("LEADHOUSE_ALERTS_URL", raising=False)
    assert "LEADHOUSE_ALERTS_URL: it is missing" in alerts(database, code=2)
    with Receiver() as receiver:
        monkeypatch.setenv("LEADHOUSE_ALERTS_URL", f"{receiver.url}/of-nobody")
        receiver.plan = lambda _: Fault(404, body=b"no_service")
        output = alerts(database, code=1)
        assert "Stopped: alerts takes no more calls: HTTP 404: no_service" in output
        receiver.plan = lambda _: None
        assert "1 told, 0 refused, 0 not there, 0 left" in alerts(database, code=0)


def test_two_syncs_at_once_are_refused(database: Path) -> None:
    with closing(duckdb.connect(database)):
        done = subprocess.run(
            [Path(sys.executable).with_name("leadhouse"), "sync", "--destination", "csv"],
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "is in use by another program" in done.stderr
