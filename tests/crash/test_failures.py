import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leadhouse.failures import advice
from tests.conftest import PROJECT

BUILD = """
import sys
from leadhouse.cli import app

sys.executable = sys.argv.pop(1)
app()
"""


def test_what_to_do_is_told_of_this_build_only(tmp_path: Path) -> None:
    log = tmp_path / "dbt.log"
    assert advice(log, 0) == []
    log.write_text("IO Error: Could not write file: No space left on device\n")
    before = log.stat().st_size
    assert advice(log, before) == []
    [sentence] = advice(log, 0)
    assert sentence == ("A disk is full, or a limit on it is reached: make room, and build again.")
    with log.open("a") as file:
        file.write("Out of Memory Error: could not allocate block of size 32.0 KiB\n")
    [sentence] = advice(log, before)
    assert sentence == (
        "Memory ran out. If it was DuckDB's own, allow it more with LEADHOUSE_MEMORY_LIMIT "
        "(4GB, say), else less."
    )
    # dbt has begun the log anew meanwhile.
    log.write_text("File too large")
    [sentence] = advice(log, before)
    assert "make room" in sentence


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_dbt_that_is_killed(tmp_path: Path, name: str) -> None:
    """As by the kernel, for the memory that it takes."""
    dbt = tmp_path / "dbt"
    dbt.write_text(f"#!/bin/sh\nkill -{name.removeprefix('SIG')} $$\n")
    dbt.chmod(0o755)
    options = ("--project-dir", PROJECT, "--database", tmp_path / "leadhouse.duckdb")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, tmp_path / "python", "build", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 128 + signal.Signals[name]
    killed = (
        "If nobody did that, memory ran out: let DuckDB take less of it "
        "(LEADHOUSE_MEMORY_LIMIT=2GB). "
    )
    assert " ".join(done.stderr.split()) == (
        f"leadhouse build: dbt was ended by {name}. {killed if name == 'SIGKILL' else ''}"
        "What was published stays, and the next build needs no cleaning up."
    )
