"""The history of scores: what was told on each day, whenever it is asked."""

import math
import shutil
from itertools import pairwise

import pytest

from tests.conftest import Warehouse

pytestmark = pytest.mark.slow

TOLD = "lead_id, account_id, conversion_probability, score, tier, model_version"


@pytest.fixture(scope="module")
def last(demo_days: list[Warehouse]) -> Warehouse:
    return demo_days[-1]


def as_of(day: Warehouse) -> str:
    [(moment,)] = day.query("select as_of from run_context")
    return f"timestamp '{moment}'"


def scores(day: Warehouse) -> dict[str, tuple[float, str]]:
    rows = day.query("select lead_id, score, tier from lead_scores")
    return {lead: (score, tier) for lead, score, tier in rows}


def test_any_day_can_be_read_as_it_was_told(demo_days, last):
    for day in demo_days:
        moment = as_of(day)
        told = last.query(
            "select lead_id, score, tier, model_version from lead_score_history"
            f" where valid_from <= {moment} and (valid_to is null or valid_to > {moment})"
            " order by all"
        )
        assert told == day.query(
            "select lead_id, score, tier, model_version from lead_scores order by all"
        )


def test_rows_are_added_and_never_changed(demo_days):
    for earlier, later in pairwise(demo_days):
        before = earlier.query("select * from int_told_scores")
        after = later.query("select * from int_told_scores")
        assert set(map(str, before)) < set(map(str, after))


def test_a_row_says_something_new(last):
    """Score, tier, model or the three strongest reasons differ from the row before."""
    rows = last.query(
        "select lead_id, score, tier, model_version, reasons, valid_to"
        " from lead_score_history order by lead_id, as_of"
    )
    leads = {lead for lead, *_ in rows}
    assert len(rows) > len(leads)

    def said(row: tuple) -> tuple:
        _, score, tier, model, reasons, _ = row
        return score, tier, model, set([r for r in reasons if r.startswith("+")][:3])

    for earlier, later in pairwise(rows):
        if earlier[0] == later[0]:
            assert said(earlier) != said(later)


def test_a_lead_that_closes_ends_its_last_row(demo_days, last):
    before, now = scores(demo_days[-2]), scores(last)
    closed = before.keys() - now.keys()
    assert closed
    ends = dict(
        last.query(
            "select lead_id, max(coalesce(valid_to, 'infinity')) as ends"
            " from lead_score_history group by lead_id"
        )
    )
    [(moment,)] = last.query("select as_of from run_context")
    assert {ends[lead] for lead in closed} == {moment}


def test_runs_count_what_changed(demo_days, last):
    runs = last.query(
        "select count_open_leads, count_new_leads, count_closed_leads, count_score_changes,"
        " count_tier_changes, count_tier_changes_without_hysteresis, daily_movement"
        " from score_runs order by as_of"
    )
    assert len(runs) == len(demo_days)
    assert runs[0][6] is None
    for (earlier, later), run in zip(pairwise(demo_days), runs[1:], strict=True):
        before, now = scores(earlier), scores(later)
        both = before.keys() & now.keys()
        moved = [now[lead][0] - before[lead][0] for lead in both]
        tiers_changed = sum(now[lead][1] != before[lead][1] for lead in both)
        assert run[:6] == (
            len(now),
            len(now.keys() - before.keys()),
            len(before.keys() - now.keys()),
            sum(round(by, 1) != 0 for by in moved),
            tiers_changed,
            tiers_changed,
        )
        assert run[6] == pytest.approx(math.sqrt(sum(by**2 for by in moved) / len(both)))


def test_a_spike_is_three_times_the_usual_movement_of_a_day(demo_days, last):
    movements = [m for (m,) in last.query("select daily_movement from score_runs") if m is not None]
    usual = math.sqrt(sum(m**2 for m in movements) / len(movements))
    before, now = scores(demo_days[-2]), scores(last)
    expected = {
        lead
        for lead in before.keys() & now.keys()
        if round(now[lead][0] - before[lead][0], 1) >= max(3 * usual, 0.1)
    }
    assert expected
    spikes = {
        lead for (lead,) in last.query("select lead_id from lead_scores where is_score_spike")
    }
    assert spikes == expected


def test_days_in_a_tier_are_those_of_the_history(demo_days, last):
    days = [scores(day) for day in demo_days]
    for lead, days_in_tier in last.query("select lead_id, days_in_tier from lead_scores"):
        tiers = [day[lead][1] if lead in day else None for day in days]
        unbroken = next((i for i, t in enumerate(reversed(tiers)) if t != tiers[-1]), len(tiers))
        assert days_in_tier == unbroken - 1, lead


def test_the_history_survives_a_full_refresh(telling_raw, last, tmp_path):
    again = Warehouse(tmp_path)
    shutil.copy(last.database, again.database)
    [(moment,)] = last.query("select as_of from run_context")
    again.build(
        telling_raw,
        *("--full-refresh", "--select", "int_told_scores+"),
        as_of=str(moment),
    )
    for table in ("lead_score_history", "score_runs", "lead_score_changes"):
        query = f"select * from {table} order by all"
        assert again.query(query) == last.query(query), table
