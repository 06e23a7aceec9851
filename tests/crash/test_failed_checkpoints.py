"""DuckDB's log after checkpoints that failed: who opens the warehouse next reads all of it."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from leadhouse.database import make_ready, open_warehouse

# The checkpoint of a close finds no room beyond the first blocks, and nobody is told.
WITHOUT_ROOM = """
import duckdb, resource, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("insert into commits select 'without room'")
resource.setrlimit(resource.RLIMIT_FSIZE, (12288, 12288))
connection.close()
"""
# A kill during a checkpoint, in which another transaction was committed.
KILLED = """
import duckdb, os, signal, sys, threading, time
connection = duckdb.connect(sys.argv[1])
other = connection.cursor()
connection.execute("insert into commits select 'before'")
other.execute("begin; insert into commits select 'during'")
size = os.stat(f"{sys.argv[1]}.wal").st_size
connection.execute("set debug_checkpoint_sleep_ms = 60000")
threading.Thread(target=connection.execute, args=["checkpoint"]).start()
while os.stat(f"{sys.argv[1]}.wal").st_size == size:
    time.sleep(0.01)
other.execute("commit")
os.kill(os.getpid(), signal.SIGKILL)
"""


def ended(script: str, database: Path) -> int:
    return subprocess.run([sys.executable, "-c", script, database], check=False).returncode


def commits(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [name for (name,) in connection.execute("from commits").fetchall()]


def test_no_commit_is_lost_when_a_checkpoint_dies_after_one_that_failed(tmp_path: Path) -> None:
    """DuckDB 1.5.5 refuses the log that it has made of the two, and reads it the next time."""
    database = tmp_path / "warehouse" / "leadhouse.duckdb"
    database.parent.mkdir()
    with duckdb.connect(database) as connection:
        connection.execute("create table commits (name varchar)")

    expected = []
    for number in range(3):
        assert ended(WITHOUT_ROOM, database) == 0
        assert ended(KILLED, database) == -signal.SIGKILL
        assert database.with_name(f"{database.name}.wal.checkpoint").exists()
        expected += ["without room", "before", "during"]

        kept = shutil.copytree(database.parent, tmp_path / f"{number}") / database.name
        with open_warehouse(kept) as connection:
            assert commits(connection) == expected
        with pytest.raises(duckdb.InvalidInputException, match="checkpoint marker"):
            duckdb.connect(kept)

        make_ready(database)
        assert [file.name for file in database.parent.iterdir()] == [database.name]
        with open_warehouse(database) as connection:
            assert commits(connection) == expected
