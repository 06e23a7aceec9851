"""The day on which a tier runs out, against builds as of that day and of the one before."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import Warehouse

pytestmark = pytest.mark.slow

DAYS = 90
# So that the model which foretold is the one that scores.
SAME_MODEL = {"retrain": "never", "recalibrate": "never"}


def built_from(
    warehouse: Warehouse, raw: Path, folder: Path, select: str, **variables: object
) -> Warehouse:
    """A copy of a warehouse, in which some tables are built anew."""
    folder.mkdir()
    shutil.copy(warehouse.database, folder)
    return Warehouse(folder).build(raw, "--select", select, **SAME_MODEL, **variables)


def day_before(day: int) -> int:
    """The day that is looked at before this one."""
    return day - 1 if day <= 14 else day - 7


@pytest.fixture(scope="module")
def foretold(demo_days: list[Warehouse], telling_raw: Path, tmp_path_factory) -> Warehouse:
    """The last day of the demo world, after which nothing is known."""
    folder = tmp_path_factory.mktemp("tier_expiry") / "foretold"
    variables = {"as_of": "2026-01-01", "tier_expiry_days": DAYS}
    return built_from(demo_days[-1], telling_raw, folder, "+int_tier_expiry", **variables)


@pytest.fixture(scope="module")
def expiries(foretold: Warehouse) -> dict[str, int | None]:
    """Days from now, by lead."""
    return dict(
        foretold.query(
            "select lead_id, date_diff('day', as_of, tier_expires_at)"
            " from int_tier_expiry cross join run_context"
        )
    )


@pytest.fixture(scope="module")
def replays(
    foretold: Warehouse, expiries: dict[str, int | None], telling_raw: Path, tmp_path_factory
) -> dict[int, Warehouse]:
    """Two of the days on which tiers run out, one of them late, each with the one before it."""
    [(as_of,)] = foretold.query("select as_of from run_context")
    days = sorted({day for day in expiries.values() if day is not None and day > 1})
    assert days[-1] > 14, "else nothing is said of the weeks"
    folder = tmp_path_factory.mktemp("replays")
    return {
        day: built_from(
            foretold,
            telling_raw,
            folder / str(day),
            "+int_lead_scores",
            as_of=str(as_of + timedelta(days=day)),
        )
        for last in (days[len(days) // 4], days[-1])
        for day in (day_before(last), last)
    }


def test_every_lead_leaves_its_tier_on_its_day(foretold, expiries, replays):
    told = dict(foretold.query("select lead_id, tier_rank from int_lead_tiers"))
    assert expiries.keys() == told.keys()
    for day, replay in replays.items():
        placed = dict(replay.query("select lead_id, tier_rank from int_lead_scores"))
        assert placed.keys() == told.keys()
        for lead, expires_on in expiries.items():
            if expires_on == day:
                assert placed[lead] > told[lead]
            elif expires_on is None or expires_on > day:
                assert placed[lead] <= told[lead]


def test_a_projected_score_is_that_of_the_day_to_the_bit(foretold, replays):
    for day, replay in replays.items():
        query = "select lead_id, margin, probability from {} order by lead_id"
        projected = foretold.query(
            query.format(f"(from int_projected_predictions where days_ahead = {day})")
        )
        assert projected == replay.query(query.format("int_lead_predictions"))


def test_the_leads_are_projected_in_more_parts_than_one(foretold):
    """Else the tests above would say nothing of the seams."""
    [(count,)] = foretold.query("select count(*) from int_lead_tiers")
    assert count > 2000
