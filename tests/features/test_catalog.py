"""The documentation of the features is that of the features there are."""

import subprocess

import pytest

from tests.conftest import BIN, PROJECT


@pytest.mark.slow
def test_the_page_of_features_is_up_to_date(demo_warehouse):
    page = subprocess.run(
        [BIN / "leadhouse", "features", "--database", demo_warehouse.database],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert page == (PROJECT / "docs" / "features.md").read_text()
    assert page.count("\n| `") >= 183


def test_a_missing_warehouse_gives_a_sentence(tmp_path):
    done = subprocess.run(
        [BIN / "leadhouse", "features", "--database", tmp_path / "none.duckdb"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "run scripts/build first" in done.stderr
    assert "Traceback" not in done.stderr
