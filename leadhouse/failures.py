"""What to do about a build that failed, where dbt's log tells."""

from pathlib import Path

_NO_ROOM = ("No space left on device", "File too large", "Disk quota exceeded")
_NO_MEMORY = ("Out of Memory Error", "MemoryError", "Unable to allocate", "bad_alloc")


def advice(log: Path, since: int) -> list[str]:
    """What to do, in sentences; none where nothing is known that helps.

    Args:
        log: dbt's log.
        since: its size when the build began, in bytes.
    """
    try:
        with log.open("rb") as file:
            # dbt begins a log anew when it has grown large.
            file.seek(since if log.stat().st_size >= since else 0)
            told = file.read().decode(errors="replace")
    except OSError:
        return []
    sentences = []
    if any(symptom in told for symptom in _NO_ROOM):
        sentences.append("A disk is full, or a limit on it is reached: make room, and build again.")
    if any(symptom in told for symptom in _NO_MEMORY):
        sentences.append(
            "Memory ran out. If it was DuckDB's own, allow it more with LEADHOUSE_MEMORY_LIMIT "
            "(4GB, say), else less."
        )
    return sentences
