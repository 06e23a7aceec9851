"""A few folders of each kind that python -m tests.hostile tries by the thousand."""

from pathlib import Path

import pytest

from tests.hostile.runs import Kind, kinds, run
from tests.inputs.worlds import Staging

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_folders(staging: Staging, tmp_path: Path, kind: Kind) -> None:
    tally = run(kind, 3 * kind.weight, 1, staging, tmp_path)
    assert tally.faults == []
