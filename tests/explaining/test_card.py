"""`leadhouse explain`: the card adds up, and every other lead gets a sentence."""

import re
from collections import defaultdict
from math import dist
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.explaining.explainer import Explainer
from leadhouse.explaining.similar import similar_leads
from tests.conftest import Warehouse

pytestmark = pytest.mark.slow

FIGURE = re.compile(r"^ *([+-]?\d+\.\d+)  ", re.MULTILINE)


@pytest.fixture(scope="module")
def today(demo_days: list[Warehouse]) -> Warehouse:
    return demo_days[-1]


def run(database: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        app, ["explain", *arguments, "--database", str(database)], env={"COLUMNS": "400"}
    )


def block(card: str, title: str) -> str:
    """What stands below a title."""
    return card.partition(f"\n{title}\n")[2].partition("\n\n")[0]


def first(warehouse: Warehouse, sql: str) -> tuple:
    return warehouse.query(f"{sql} limit 1")[0]


def test_what_the_card_of_an_open_lead_says_adds_up(today: Warehouse) -> None:
    lead_id, score, tier = first(
        today,
        """
        select lead_id, scores.score, scores.tier
        from lead_scores as scores join lead_score_changes as changes using (lead_id)
        where changes.as_of = scores.as_of and status = 'changed'
        order by abs(to_score - from_score) desc, lead_id
        """,
    )
    card = run(today.database, lead_id).stdout
    assert f"Lead {lead_id}" in card
    assert f"Score {score:.1f} of 100" in card
    assert block(card, "Tier").startswith(f"{tier}, for ")
    for title, digits in (("Why, in points of score", 2), ("Since the last run", 1)):
        *parts, total = map(float, FIGURE.findall(block(card, title)))
        assert len(parts) > 1
        assert (round(sum(parts), digits), total) == (total, score)
    for (sentence,) in today.query(
        f"select reason from lead_score_reasons where lead_id = '{lead_id}'"
    ):
        assert sentence in card
    assert block(card, "Trend").splitlines()[-1].endswith(f"{score:.1f} on 2026-01-01")


def test_a_past_card_says_what_was_told(today: Warehouse, demo_days: list[Warehouse]) -> None:
    yesterday = demo_days[-2]
    lead_id, score = first(
        yesterday, "select lead_id, score from lead_scores order by score desc, lead_id"
    )
    card = run(today.database, lead_id, "--as-of", "2025-12-31").stdout
    assert f"Score {score:.1f} of 100" in card
    labels = dict(today.query("select topic, topic_label from feature_catalog"))
    [(reasons,)] = yesterday.query(
        f"select reasons from lead_score_history where lead_id = '{lead_id}' and valid_to is null"
    )
    assert block(card + "\n\n", "Why").splitlines() == [
        f"{reason[0]} {labels[reason[1:]]}" for reason in reasons
    ]
    too_early = run(today.database, lead_id, "--as-of", "2020-01-01")
    assert too_early.exit_code == 2
    assert f"No score of lead {lead_id} stood at 2020-01-01" in too_early.stderr


def test_similar_leads_are_the_nearest_by_topic(today: Warehouse) -> None:
    """Against a search in Python over the last training moment of every closed lead."""
    with duckdb.connect(today.database, read_only=True) as connection:
        lead_id = first(today, "select lead_id from lead_scores order by score desc, lead_id")[0]
        found = similar_leads(connection, lead_id)
        [champion] = connection.table("int_champion").to_arrow_table().to_pylist()
        explainer = Explainer.from_row(champion)
        topic_of = dict(
            connection.sql("select feature_name, topic from feature_catalog").fetchall()
        )
        ends = {
            lead: won_at
            for lead, won_at, closed_at in connection.sql(
                "select lead_id, won_at, closed_at from int_lead_lifecycles"
            ).fetchall()
            if closed_at is not None
        }
        moments = connection.sql("from training_set order by moment_at").to_arrow_table()
        leads = connection.sql(
            f"from features where is_now and lead_id = '{lead_id}'"
        ).to_arrow_table()

    def places(table) -> dict[str, list[float]]:
        known = {}
        for batch in table.to_batches():
            for lead, values in zip(
                batch["lead_id"].to_pylist(), explainer.contributions(batch), strict=True
            ):
                by_topic = defaultdict(float)
                for feature, value in zip(explainer.schema.names, values, strict=True):
                    by_topic[topic_of[feature]] += value
                known[lead] = [by_topic[topic] for topic in sorted(by_topic)]
        return known

    own = places(leads)[lead_id]
    distances = {lead: dist(place, own) for lead, place in places(moments).items() if lead in ends}
    for is_won in (True, False):
        mine = [row for row in found if (row["won_at"] is not None) == is_won]
        alike = sorted(d for lead, d in distances.items() if (ends[lead] is not None) == is_won)
        assert [row["distance"] for row in mine] == pytest.approx(alike[:3])
        assert [distances[row["lead_id"]] for row in mine] == pytest.approx(alike[:3])


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        (
            "select lead_id, canonical_lead_id from lead_merges",
            r"Lead {0} was merged into lead {1} on .*; ask for that one",
        ),
        (
            "select lead_id from lead_score_changes join int_lead_lifecycles using (lead_id) "
            "where status = 'closed' and won_at is null and closed_at is not null",
            r"Lead {0} was closed without a win on .* Its last score was \d",
        ),
        ("select 'L00000O1'", r"There is no lead {0} in this warehouse. The nearest are L0"),
    ],
)
def test_a_lead_that_is_not_open_gets_a_sentence(today: Warehouse, sql: str, sentence: str) -> None:
    names = first(today, sql)
    done = run(today.database, names[0])
    assert done.exit_code == 2
    assert re.search(sentence.format(*names), done.stderr)


def test_a_warehouse_without_reasons_gets_a_sentence(tmp_path: Path) -> None:
    database = tmp_path / "leadhouse.duckdb"
    duckdb.connect(database).close()
    done = run(database, "L1")
    assert done.exit_code == 2
    assert "was not built to the end; run scripts/build first" in done.stderr
