"""Builds that are killed, interrupted, or have no room: the next needs no help.

Few of each; `python -m tests.crash` makes a hundred kills, each followed by a build.
"""

import random
import signal
import subprocess
from collections.abc import Callable
from datetime import timedelta

import duckdb
import pytest

from tests.conftest import demo_world
from tests.crash.builds import PUBLISHING, Build
from tests.crash.stops import file_size_limited, killed_in
from tests.crash.trials import LEADS, VARIABLES, Lane

pytestmark = pytest.mark.slow

# Runs a command for which the disk of one folder is small: 16 kB, and empty.
SMALL_DISK = (
    *("unshare", "--map-root-user", "--mount", "sh", "-c"),
    'mount -t tmpfs -o size=16k none "$0" && exec "$@"',
)


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Lane:
    folder = tmp_path_factory.mktemp("crash")
    demo_world(folder / "world", LEADS)
    lane = Lane(folder / "lane", VARIABLES)
    lane.prepare(folder / "world")
    return lane


def stopped(
    lane: Lane, stop: Callable[[Build], None] = lambda build: None, **limits: object
) -> tuple[int, str]:
    """How a build ended that was stopped, and what it said; the first day stands published."""
    build = lane.start(**limits)
    stop(build)
    code = build.wait()
    assert lane.standing() == "first day"
    return code, " ".join(build.said.split())


def test_stopped_in_many_ways_one_after_another(lane: Lane) -> None:
    """What each of them leaves is what the next one finds."""
    draw = random.Random(7)  # noqa: S311
    lane.put_back()
    for phase in ("trained_models", "changes"):
        after = draw.uniform(0, 0.9 * lane.spans()[phase])
        code, _ = stopped(lane, killed_in(phase, after, lane.folders))
        assert code == -signal.SIGKILL, phase

    code, said = stopped(lane, killed_in("features", 0.1, lane.folders, signal.SIGINT))
    assert code == 2, said
    assert "It was interrupted. What was published stays" in said
    code, said = stopped(lane, killed_in("features", 0.1, lane.folders, signal.SIGTERM))
    assert code == 128 + signal.SIGTERM, said
    assert "dbt was ended by SIGTERM. What was published stays" in said
    limit = file_size_limited(lane.database.stat().st_size // 2)
    code, said = stopped(lane, limit=limit)
    assert code in (1, 2), said
    assert "make room" in said
    code, said = stopped(lane, LEADHOUSE_MEMORY_LIMIT="20MB")
    assert code in (1, 2), said
    assert "LEADHOUSE_MEMORY_LIMIT" in said
    small_disk = (*SMALL_DISK, lane.published / "runs")
    if subprocess.run([*small_disk, "true"], check=False).returncode == 0:
        code, said = stopped(lane, within=small_disk)
        assert code == 2, said
        assert "Nothing was published, and what was published before stays." in said
        assert "make room" in said

    # Before the tables were switched, or after.
    publishing = lane.start()
    killed_in(PUBLISHING, draw.uniform(0, lane.spans()[PUBLISHING]), lane.folders)(publishing)
    publishing.wait()
    assert lane.standing() in {"first day", "second day"}

    again = lane.start()
    assert again.wait() == 0, again.said
    assert not lane.differences("second day")
    assert not lane.remains()


def test_a_run_that_died_before_it_was_told_to_the_end_is_made_good_by_the_next(
    lane: Lane,
) -> None:
    """It had told scores and counted what changed; not written were signals and alerts."""
    lane.put_back()
    with duckdb.connect(lane.database, read_only=True) as connection:
        [(first,)] = connection.execute("select as_of from run_context").fetchall()
    between = lane.variables | {"as_of": str(first + timedelta(minutes=1))}
    died = Lane(lane.folder, between).start("--select", "+lead_score_changes")
    assert died.wait() == 0, died.said
    with duckdb.connect(lane.database) as connection:
        [(hanging,)] = connection.execute(
            "select count(*) from lead_score_changes where from_events != 0"
        ).fetchall()
        # As if it had died a little earlier than that.
        connection.execute("delete from int_told_runs where as_of > ?", [first])
    assert hanging, "a change without its signals, or nothing is proven"

    again = lane.start()
    assert again.wait() == 0, again.said
    readers_file = lane.published / "leadhouse.duckdb"
    with duckdb.connect(readers_file, read_only=True) as published:

        def rows(sql: str) -> list[tuple]:
            return published.execute(sql).fetchall()

        assert len(rows("from score_runs")) == 3
        [(last,)] = rows("select max(as_of) from score_runs")
        assert rows("select distinct from_as_of, as_of from lead_score_changes") == [(first, last)]
        told = """
            select lead_id, score, tier from lead_score_history
            where valid_from <= timestamp '{0}' and (valid_to is null or valid_to > timestamp '{0}')
        """
        before, now = (
            {lead: (score, tier) for lead, score, tier in rows(told.format(moment))}
            for moment in (first, last)
        )
        assert {
            lead: (start, end)
            for lead, start, end in rows(
                "select lead_id, cast(from_score as double), cast(to_score as double)"
                " from lead_score_changes"
            )
        } == {
            lead: (before.get(lead, (None,))[0], now.get(lead, (None,))[0])
            for lead in before.keys() | now.keys()
            if before.get(lead, (None,))[0] != now.get(lead, (None,))[0]
        }
        assert not rows(
            """
            select lead_id from lead_score_changes as changes
            left join (
                select lead_id, as_of, sum(points) as points
                from lead_score_change_signals group by all
            ) as signals using (lead_id, as_of)
            where changes.from_events != coalesce(signals.points, 0)
            """
        )
        alerted = {
            lead for (lead,) in rows("select lead_id from lead_alerts where kind = 'became_hot'")
        }
        assert alerted >= {
            lead
            for lead, (_, tier) in now.items()
            if tier == "hot" and before.get(lead, (None, "new"))[1] != "hot"
        }
        counted = rows("select as_of, count_open_leads from score_runs order by as_of")
        for moment, count in counted:
            assert len(rows(told.format(moment))) == count
