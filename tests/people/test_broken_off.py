"""`leadhouse forget` that could not do all says so in a sentence, and what to do."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.forgetting import erasure

ADDRESS = "ada@mail.example"


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device", "published/scores.parquet"),
        duckdb.ConversionException(f"Could not convert string '{ADDRESS}' to INT32\nLINE 1: ..."),
    ],
)
def test_what_broke_off_is_told_in_a_sentence_without_her_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    database = tmp_path / "leadhouse.duckdb"
    duckdb.connect(database).close()
    monkeypatch.setattr(erasure, "forget", broken)
    done = CliRunner().invoke(app, ["forget", ADDRESS, "--yes", "--database", str(database)])
    assert done.exit_code == 1, done.output
    said = " ".join(done.output.split())
    assert "leadhouse forget: It was broken off: set right what is said here, and give" in said
    assert "No space left on device" in said or "Could not convert string" in said
    assert ADDRESS not in said
    assert "LINE 1" not in said
