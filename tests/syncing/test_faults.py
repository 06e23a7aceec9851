"""Whatever happens between a sync and its destination, nothing is lost and nothing is stale."""

from pathlib import Path

import pytest

from tests.syncing.faults import FAULTS, FaultRuns


@pytest.mark.slow
def test_after_random_faults_and_kills_the_newest_values_stand(tmp_path: Path) -> None:
    """Fifty runs; benchmarks/faults.py makes a thousand."""
    runs = FaultRuns(tmp_path, seed=11)
    runs.make(50)
    assert runs.met["syncs killed"] >= 5
    assert all(any(met.startswith(fault) for met in runs.met) for fault in FAULTS)
