"""Two builds of one warehouse: the second is told who runs, or waits; a crash locks nobody out."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pytest

from leadhouse.database import InUseError, WarehouseError, make_ready, open_warehouse
from leadhouse.lock import build_running, held_alone
from tests.conftest import BIN, PROJECT
from tests.inputs.worlds import GOOD_ROWS, write_world

# Holds the lock as a build does, and so does a process that it starts.
HOLDER = """
import subprocess, sys
from pathlib import Path
from leadhouse.lock import build_running, held_alone

with held_alone(Path(sys.argv[1])) as lock:
    child = subprocess.Popen(["sleep", "60"], pass_fds=[lock.descriptor])
    lock.name_holder(child.pid)
    print(child.pid, flush=True)
    child.wait()
"""
OPENER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
# As far as DuckDB has come with a new file when it has its lock, and has written nothing.
BEGINNER = """
import fcntl, sys
file = open(sys.argv[1], "w+b")
fcntl.lockf(file, fcntl.LOCK_EX)
print("begun", flush=True)
input()
"""
LOG_LEAVER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("create table t as select 1 as a; checkpoint")
connection.execute("insert into t select 2")
print("written", flush=True)
input()
"""
# dbt's own help is what it is asked for: the shortest thing that dbt does.
HELP = ("--", "--help")


def start(*arguments: str, database: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [BIN / "leadhouse", "build", *arguments],
        cwd=PROJECT,
        env=os.environ | {"LEADHOUSE_DATABASE": str(database), "DBT_PROFILES_DIR": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def build(*arguments: str, database: Path) -> tuple[int, str]:
    process = start(*arguments, database=database)
    said, _ = process.communicate()
    return process.returncode, " ".join(said.split())


@contextmanager
def told_by(script: str, database: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of Python, and the first line that it printed."""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def free_soon(database: Path) -> bool:
    """Whether the lock can be had: the kernel takes a moment to bury a process."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with suppress(BlockingIOError), held_alone(database):
            return True
        time.sleep(0.01)
    return False


def test_the_second_says_who_runs_and_ends_with_a_code_of_its_own(tmp_path: Path) -> None:
    database = tmp_path / "new" / "leadhouse.duckdb"
    with told_by(HOLDER, database) as (holder, child):
        code, said = build(database=database)
        assert code == os.EX_TEMPFAIL
        assert f"{database} is being built (process {child} of " in said
        assert ", since 20" in said
        assert "dbt" not in said

        # Killed, and what it had started still runs: nobody else may build yet.
        holder.kill()
        holder.wait()
        assert build(database=database)[0] == os.EX_TEMPFAIL == 75
        os.kill(int(child), 9)
        assert free_soon(database)
    code, said = build(*HELP, database=database)
    assert code == 0, said


def test_one_that_waits_goes_on_when_the_other_is_done(tmp_path: Path) -> None:
    database = tmp_path / "leadhouse.duckdb"
    with held_alone(database):
        waiting = start("--wait", *HELP, database=database)
        assert waiting.stdout.readline().startswith(f"Waiting: {database} is being built (process")
        assert waiting.poll() is None
    said, _ = waiting.communicate()
    assert waiting.returncode == 0, said
    assert "Usage: dbt build" in said

    duckdb.connect(database).close()
    with told_by(OPENER, database) as (opener, _):
        waiting = start("--wait", *HELP, database=database)
        line = waiting.stdout.readline()
        assert line.startswith(f"Waiting: {database} is in use by another program")
        assert f"process {opener.pid}" in line
        assert waiting.poll() is None
    assert waiting.wait() == 0


def test_commands_and_builds_keep_out_of_each_others_way(tmp_path: Path) -> None:
    database = tmp_path / "leadhouse.duckdb"
    duckdb.connect(database).close()
    with held_alone(database), pytest.raises(InUseError, match="is being built"):
        open_warehouse(database).__enter__()
    with open_warehouse(database), open_warehouse(database):
        code, said = build(database=database)
        assert code == os.EX_TEMPFAIL
        assert "is in use by another command" in said
    # Who knows nothing of the lock has DuckDB's: plain dbt, say.
    with told_by(OPENER, database) as (opener, _):
        code, said = build(database=database)
        assert code == os.EX_TEMPFAIL
        assert f"process {opener.pid}" in said
    assert build(*HELP, database=database)[0] == 0


@pytest.mark.parametrize("size", [0, 4096, 8192])
def test_a_file_that_was_never_begun_goes(tmp_path: Path, size: int) -> None:
    database = tmp_path / "leadhouse.duckdb"
    duckdb.connect(database).close()
    database.write_bytes(database.read_bytes()[:size])
    with pytest.raises(duckdb.IOException):
        duckdb.connect(database)
    make_ready(database)
    assert not database.exists()


def test_a_file_that_is_just_being_begun_stays(tmp_path: Path) -> None:
    database = tmp_path / "leadhouse.duckdb"
    with told_by(BEGINNER, database):
        with pytest.raises(InUseError):
            make_ready(database)
        assert database.exists()
    make_ready(database)
    assert not database.exists()


@pytest.mark.parametrize("content", [b"Somebody's notes.", b"DUCK" * 4096])
def test_a_file_of_another_kind_is_kept_and_refused(tmp_path: Path, content: bytes) -> None:
    database = tmp_path / "leadhouse.duckdb"
    database.write_bytes(content)
    with pytest.raises(WarehouseError, match="cannot be opened"):
        make_ready(database)
    assert database.read_bytes() == content


def test_a_log_that_cannot_be_read_again_is_told_in_a_sentence(tmp_path: Path) -> None:
    """DuckDB calls it an internal error; here, because it is another file's."""
    database, other = tmp_path / "leadhouse.duckdb", tmp_path / "other.duckdb"
    duckdb.connect(database).close()
    with told_by(LOG_LEAVER, other) as (leaver, _):
        leaver.kill()
    other.with_name(f"{other.name}.wal").rename(tmp_path / f"{database.name}.wal")
    with pytest.raises(WarehouseError, match="is damaged: put back a copy of it") as raised:
        make_ready(database)
    assert "\n" not in str(raised.value)


def test_what_did_not_fit_into_memory_goes_but_not_while_somebody_needs_it(tmp_path: Path) -> None:
    database = tmp_path / "leadhouse.duckdb"
    spilled = tmp_path / "leadhouse.duckdb.tmp" / "duckdb_temp_storage_DEFAULT-0.tmp"
    spilled.parent.mkdir()
    spilled.touch()
    with told_by(OPENER, database):
        with pytest.raises(InUseError):
            make_ready(database)
        assert spilled.exists()
    make_ready(database)
    assert not spilled.parent.exists()


def test_an_account_without_a_name_can_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's user may have none, neither in the system nor in the environment."""
    for name in ("USER", "LOGNAME", "USERNAME", "LNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    with held_alone(tmp_path / "leadhouse.duckdb"):
        assert "of uid 4000000, since" in build_running(tmp_path / "leadhouse.duckdb")


@pytest.mark.slow
def test_two_builds_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = write_world(tmp_path / "raw", leads=[GOOD_ROWS["leads"]])
    monkeypatch.setenv("LEADHOUSE_RAW_DIR", str(raw))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    database = tmp_path / "leadhouse.duckdb"
    part = ("--select", "staging", "--exclude-resource-type", "test", "unit_test")
    first = start(*part, database=database)
    while "Running with dbt" not in first.stdout.readline():
        assert first.poll() is None
    code, said = build(*part, database=database)
    assert code == os.EX_TEMPFAIL, said
    code, said = build("--wait", *part, database=database)
    assert "Waiting: " in said
    assert "Nothing to do" in said
    assert code == 0
    first.stdout.read()
    assert first.wait() == 0
