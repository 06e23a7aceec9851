"""What `leadhouse explain` says of a lead that has no score now."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app

LEADS = {
    "deleted": ("true", "null", "null"),
    "won": ("false", "timestamp '2026-01-02'", "timestamp '2026-01-02'"),
    "lost": ("false", "timestamp '2026-01-03'", "null"),
    "open": ("false", "null", "null"),
}
LAST = "Its last score was 61.5 (warm), as of 2026-01-01; --as-of shows the card of a day."


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """What is asked of a lead, of leads that are as their ids say."""
    database = tmp_path / "leadhouse.duckdb"
    rows = ", ".join(f"('{lead}', {', '.join(facts)})" for lead, facts in LEADS.items())
    with duckdb.connect(database) as connection:
        connection.execute(
            f"""
            create table leads as
                from (values {rows}) as leads (lead_id, is_deleted, closed_at, won_at);
            create table stg_leads as select lead_id, is_deleted from leads;
            create table int_lead_lifecycles as select lead_id, closed_at, won_at from leads;
            create table lead_merges
                (lead_id text, canonical_lead_id text, reason text, merged_at timestamp);
            create table lead_scores (lead_id text, model_version text);
            create table lead_models (model_version text, horizon_days int);
            create table lead_score_reasons (lead_id text, rank int);
            create table lead_score_history (lead_id text, score double, tier text, as_of timestamp)
            """
        )
    return database


def said_of(lead: str, database: Path) -> str:
    done = CliRunner().invoke(app, ["explain", lead, "--database", str(database)])
    assert done.exit_code == 2
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("lead", "sentence"),
    [
        ("deleted", "Lead deleted was deleted in the CRM."),
        ("won", "Lead won was won on 2026-01-02."),
        ("lost", "Lead lost was closed without a win on 2026-01-03."),
    ],
)
def test_what_is_said_of_a_lead_that_is_not_open(warehouse: Path, lead: str, sentence: str) -> None:
    never = "No score was ever told of it."
    assert said_of(lead, warehouse) == f"leadhouse explain: {sentence} {never}"
    with duckdb.connect(warehouse) as connection:
        connection.execute(
            "insert into lead_score_history values (?, 61.5, 'warm', timestamp '2026-01-01')",
            [lead],
        )
    assert said_of(lead, warehouse) == f"leadhouse explain: {sentence} {LAST}"


def test_an_open_lead_that_was_not_scored(warehouse: Path) -> None:
    assert said_of("open", warehouse) == (
        "leadhouse explain: Lead open is open and has no score yet; run scripts/build to the end."
    )
