"""Tiers and segments against counting by hand."""

from collections import defaultdict
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from tests.evaluation.conftest import ORIGIN, predictions

DAY = timedelta(days=1)


def told_every_week(rng: np.random.Generator, origin_at=ORIGIN, weeks: int = 3) -> pa.Table:
    """Forty leads at each weekly moment, and some in between at their creation; scores tie."""
    moments = [origin_at + (7 * week + 2) * DAY for week in range(weeks) for _ in range(40)]
    moments += [origin_at + float(days) * DAY for days in rng.uniform(0, 7 * weeks, 9)]
    scores = np.round(rng.beta(1, 4, len(moments)), 2)
    table = predictions(
        rng.random(len(moments)) < scores,
        scores,
        leads=[lead for _ in range(weeks) for lead in rng.permutation(60)[:40]] + list(range(9)),
        origin_at=origin_at,
    )
    return table.set_column(6, "moment_at", pa.array(moments, pa.timestamp("us")))


def test_tiers_are_those_of_the_leads_of_the_same_week(evaluation):
    rng = np.random.default_rng(3)
    tables = [told_every_week(rng), told_every_week(rng, ORIGIN + 60 * DAY)]
    evaluation.run("tier_performance", *tables)

    rows = pa.concat_tables(tables).to_pylist()
    cohorts = defaultdict(list)
    for row in rows:
        cohorts[row["origin_at"], (row["moment_at"] - row["origin_at"]) // (7 * DAY)].append(row)
    counts = defaultdict(lambda: [0, 0, set()])
    for cohort in cohorts.values():
        for row in cohort:
            lower = sum(other["margin"] < row["margin"] for other in cohort) / len(cohort)
            tier = "hot" if lower >= 0.9 else "warm" if lower >= 0.7 else "cold"
            for origin_at in (row["origin_at"], None):
                count = counts[origin_at, tier]
                count[0] += 1
                count[1] += row["label"]
                count[2].add(row["lead_id"])

    found = evaluation.rows("from tier_performance")
    assert len(found) == 9
    for row in found:
        moments, conversions, leads = counts[row["origin_at"], row["tier"]]
        assert row["count_moments"] == moments
        assert row["count_conversions"] == conversions
        assert row["count_leads"] == len(leads)
        assert row["conversion_rate"] == pytest.approx(conversions / moments)
        assert row["conversion_rate_low"] < row["conversion_rate"] < row["conversion_rate_high"]
        cold = counts[row["origin_at"], "cold"]
        assert row["rate_against_last_tier"] == pytest.approx(
            conversions / moments * cold[0] / cold[1]
        )


def test_where_all_score_alike_all_are_in_the_last_tier(evaluation):
    evaluation.run("tier_performance", predictions([True, False, False], [0.1] * 3))
    rows = evaluation.rows("from tier_performance where origin_at is null order by tier_rank")
    assert [(row["tier"], row["count_moments"]) for row in rows] == [
        ("hot", 0),
        ("warm", 0),
        ("cold", 3),
    ]
    assert rows[0]["conversion_rate"] is None
    assert rows[0]["conversion_rate_low"] is None
    assert rows[2]["rate_against_last_tier"] == 1


def test_segments_add_up_and_have_their_own_auc(evaluation):
    rng = np.random.default_rng(9)
    table = told_every_week(rng, weeks=10)
    industries = ["software", "retail", None]
    drawn = [industries[i] for i in rng.integers(0, 3, len(table))]
    sizes = rng.choice([5.0, 10.0, 11.0, 1000.0, 1001.0, np.nan], len(table))
    features_given = pa.table(  # noqa: F841
        {
            "lead_id": table["lead_id"],
            "moment_at": table["moment_at"],
            "lead_source": ["paid_search"] * len(table),
            "account_industry": drawn,
            "lead_country": pa.array([None] * len(table), pa.string()),
            "account_country": ["DE"] * len(table),
            "account_employee_count": pa.array(sizes, pa.float32(), from_pandas=True),
        }
    )
    evaluation.connection.execute("delete from features; insert into features from features_given")
    evaluation.run("model_segments", table)
    found = {
        (row["segment_by"], row["segment"]): row for row in evaluation.rows("from model_segments")
    }

    totals = defaultdict(int)
    for (segment_by, _), row in found.items():
        totals[segment_by] += row["count_moments"]
    assert set(totals.values()) == {len(table)}
    assert set(totals) == {"lead_source", "industry", "country", "company_size"}
    assert {segment for by, segment in found if by == "country"} == {"DE"}
    assert found["company_size", "1 to 10"]["count_moments"] == np.sum(sizes <= 10)
    assert found["company_size", "over 1000"]["count_moments"] == np.sum(sizes == 1001)
    assert found["company_size", "unknown"]["count_moments"] == np.sum(np.isnan(sizes))

    labels, probabilities = np.array(table["label"]), np.array(table["probability"])
    for industry in industries:
        own = np.array([one == industry for one in drawn])
        row = found["industry", industry or "unknown"]
        assert row["auc"] == pytest.approx(
            roc_auc_score(labels[own], probabilities[own]), abs=1e-12
        )
        assert row["calibration_ratio"] == pytest.approx(
            labels[own].sum() / probabilities[own].sum()
        )
        assert row["is_small"] == (own.sum() < 100 or labels[own].sum() < 10)
