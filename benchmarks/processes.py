"""Whole commands, timed from outside: each a process of its own, with its own peak memory."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.worlds import PROJECT


@dataclass(frozen=True)
class Run:
    """How a command went: seconds by the clock and of processors, peak memory in GB."""

    seconds: float
    cpu_seconds: float
    peak: float


def run(command: Sequence[str | Path], environment: Mapping[str, str], log: Path) -> Run:
    """Runs a command in the project's folder; what it prints is added to `log`.

    Raises:
        SystemExit: it failed; the message is the end of what it printed.
    """
    with log.open("ab") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    if status:
        raise SystemExit("\n".join(log.read_text().splitlines()[-40:]))
    # ru_maxrss is of the largest process below it, in kB.
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)


def environment(raw_dir: Path, folder: Path) -> dict[str, str]:
    """What a build in a folder of its own is told."""
    return {
        "LEADHOUSE_DATABASE": str(folder / "leadhouse.duckdb"),
        "LEADHOUSE_RAW_DIR": str(raw_dir),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
