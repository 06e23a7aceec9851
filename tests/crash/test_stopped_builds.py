"""Builds that are killed, interrupted, or have no room: the next needs no help.

A few of each; `python -m tests.crash` makes a hundred kills.
"""

import random
import signal

import pytest

from tests.conftest import demo_world
from tests.crash.trials import (
    LEADS,
    PUBLISHING,
    VARIABLES,
    Lane,
    file_size_limited,
    killed_in,
)

pytestmark = pytest.mark.slow

# Runs a command where the disk of one folder is small and empty: of that run only.
SMALL_DISK = 'mount -t tmpfs -o size=16k none "$0" && exec "$@"'
UNSHARE = ("unshare", "--map-root-user", "--mount")


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Lane:
    folder = tmp_path_factory.mktemp("crash")
    demo_world(folder / "world", LEADS)
    lane = Lane(folder / "lane", VARIABLES)
    lane.prepare(folder / "world")
    return lane


@pytest.mark.parametrize("phase", ["trained_models", "history", "changes", PUBLISHING])
def test_killed_in_a_phase(lane: Lane, phase: str) -> None:
    draw = random.Random(phase)  # noqa: S311
    spans = lane.spans()
    trial = lane.trial(killed_in(phase, draw.uniform(0, spans[phase]), lane.folders))
    assert not trial.failure, trial.failure
    assert trial.code == -signal.SIGKILL


def test_stopped_in_many_ways_one_after_another(lane: Lane) -> None:
    """What each leaves is what the next finds."""
    lane.put_back()

    def stopped(stop=lambda build: None, **limits: object) -> tuple[int, str]:
        build = lane.start(**limits)
        stop(build)
        code = build.wait()
        assert lane.standing() == "first day"
        said = " ".join(build.said.split())
        assert "What was published stays" in said, build.said
        return code, said

    code, said = stopped(killed_in("features", 0.1, lane.folders, signal.SIGINT))
    assert code == 1
    code, said = stopped(killed_in("scoring", 0.1, lane.folders, signal.SIGTERM))
    assert code == 128 + signal.SIGTERM
    code, said = stopped(limit=file_size_limited(lane.database.stat().st_size + 2**18))
    assert code == 1
    assert "make room" in said
    code, said = stopped(LEADHOUSE_MEMORY_LIMIT="20MB")
    assert code == 1
    assert "LEADHOUSE_MEMORY_LIMIT" in said

    again = lane.start()
    assert again.wait() == 0, again.said
    assert not lane.differences("second day")
    assert not lane.remains()
