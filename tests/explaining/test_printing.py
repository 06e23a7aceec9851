"""What data holds is printed by `leadhouse explain` as text: nothing of it is obeyed or hidden."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse import cards
from leadhouse.cards import Card, PastCard
from leadhouse.cli import app

# Clears the screen, turns the writing round, begins a line; markup that is, and is none; an emoji.
ODD = "a\x1b[2J\u202eb\nc[bold]d[/]:warning:\x9b\u2028e"
SHOWN = r"a\x1b[2J\u202eb\nc[bold]d[/]:warning:\x9b\u2028e"
NOON = datetime(2026, 1, 1, 12)
SCORE = {
    "lead_id": ODD,
    "account_id": ODD,
    "as_of": NOON,
    "score": 80.0,
    "conversion_probability": 0.8,
    "horizon_days": 90,
    "score_percentile": 99.0,
    "grade": "A1",
    "fit_score": 90.0,
    "engagement_score": 90.0,
    "model_version": ODD,
    "model_kind": "rules",
    "tier": ODD,
    "tier_since": NOON,
    "days_in_tier": 1,
    "tier_expires_at": None,
    "score_change_7d": None,
    "is_score_spike": False,
}
HISTORY = [{"as_of": NOON, "score": 80.0, "tier": ODD}]
NOW = Card(
    score=SCORE,
    reasons=[{"direction": "for", "contribution_points": 1.0, "reason": ODD}],
    history=HISTORY,
    previous_as_of=NOON,
    change={
        **{"status": "changed", "from_score": 70.0, "to_score": 80.0},
        **{"from_events": 10.0, "from_decay": 0, "from_attributes": 0, "from_model": 0},
    },
    change_signals=[{"topic_label": ODD, "points": 10.0}],
    similar=[{"lead_id": ODD, "moment_at": NOON, "won_at": NOON, "closed_at": NOON}],
)
THEN = PastCard(SCORE, [{"direction": "for", "topic_label": ODD}], HISTORY)


def explain(database: Path, *arguments: str) -> tuple[int, str]:
    command = ["explain", *arguments, "--database", str(database)]
    done = CliRunner().invoke(app, command, env={"COLUMNS": "400"})
    assert all(sign.isprintable() for sign in done.output.replace("\n", "")), done.output
    return done.exit_code, done.output


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "leadhouse.duckdb"
    duckdb.connect(file).close()
    return file


def test_a_card_of_odd_names_shows_them(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "find_card", lambda *_: NOW)
    monkeypatch.setattr(cards, "find_past_card", lambda *_: THEN)
    code, card = explain(database, "l1")
    assert code == 0
    # Lead, account, model, tier; a reason; a signal; a lead alike.
    assert card.count(SHOWN) == 4 + 3
    code, card = explain(database, "l1", "--as-of", "2026-01-01")
    assert code == 0
    assert card.count(SHOWN) == 4 + 1
    assert f"\n+ {SHOWN}\n" in card


def test_a_sentence_with_odd_names_shows_them(database: Path) -> None:
    with duckdb.connect(database) as connection:
        for table, columns in {
            "lead_score_reasons": "lead_id varchar, rank int",
            "lead_scores": "lead_id varchar, model_version varchar",
            "lead_models": "model_version varchar, horizon_days int",
            "stg_leads": "lead_id varchar, is_deleted boolean",
            "int_lead_lifecycles": "lead_id varchar, closed_at timestamp, won_at timestamp",
            "lead_merges": "lead_id varchar, canonical_lead_id varchar, reason varchar,"
            " merged_at timestamp",
        }.items():
            connection.execute(f"create table {table} ({columns})")
        connection.execute("insert into stg_leads values (?, false)", [ODD])
    code, said = explain(database, "\x1b[31mnobody")
    assert code == 2
    assert r"There is no lead \x1b[31mnobody in this warehouse." in said
    assert "The nearest are a" in said
    assert r"\x1b[2J\u202eb" in said
