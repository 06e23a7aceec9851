from pathlib import Path

from leadhouse.failures import advice


def test_what_to_do_is_told_of_this_build_only(tmp_path: Path) -> None:
    log = tmp_path / "dbt.log"
    assert advice(log, 0) == []
    log.write_text("IO Error: Could not write file: No space left on device\n")
    before = log.stat().st_size
    assert advice(log, before) == []
    [sentence] = advice(log, 0)
    assert "make room" in sentence
    with log.open("a") as file:
        file.write("Out of Memory Error: could not allocate block of size 32.0 KiB\n")
    [sentence] = advice(log, before)
    assert "LEADHOUSE_MEMORY_LIMIT" in sentence
    # dbt has begun the log anew meanwhile.
    log.write_text("File too large")
    [sentence] = advice(log, before)
    assert "make room" in sentence
