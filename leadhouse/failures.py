"""What to do about a build that failed, where what dbt noted of it tells."""

import json
from pathlib import Path

_NO_ROOM = ("No space left on device", "File too large", "Disk quota exceeded")
_NO_MEMORY = ("Out of Memory Error", "MemoryError", "Unable to allocate", "bad_alloc")


def advice(target: Path, since: float) -> list[str]:
    """What to do, in sentences; none where nothing is known that helps.

    Args:
        target: dbt's folder of artifacts.
        since: when the build began, in seconds since 1970; what is older is of another one.
    """
    noted = target / "run_results.json"
    try:
        if noted.stat().st_mtime < since:
            return []
        results = json.loads(noted.read_text())["results"]
    except (OSError, ValueError, KeyError):
        return []
    messages = "\n".join(result["message"] or "" for result in results)
    sentences = []
    if any(symptom in messages for symptom in _NO_ROOM):
        sentences.append("A disk is full, or a limit on it is reached: make room where it says so.")
    if any(symptom in messages for symptom in _NO_MEMORY):
        sentences.append(
            "Memory ran out: allow DuckDB more with LEADHOUSE_MEMORY_LIMIT (4GB, say) or, if it "
            "was not DuckDB's that ran out, less."
        )
    return sentences
