"""What was found in each file when it was last looked at, so that it is looked at once."""

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from leadhouse.inputs.layouts import Layout, read_layout


class FileMemory:
    """The layouts of files, each read again only when the file has changed.

    Of a thousand files that lie in a folder for good, a build opens those of the day; a CSV file,
    which must be read whole to be trusted, is checked once in its life, and so is every file's
    hash.
    """

    def __init__(self, entries: Iterable[dict] = ()) -> None:
        """`entries` is what `entries()` gave to an earlier build."""
        # (An earlier release has hashed nothing.)
        self._remembered = {
            (entry["file"], entry["stamp"]): entry for entry in entries if "sha256" in entry
        }
        self._seen: dict[str, dict] = {}

    def layout(self, file: Path) -> tuple[Layout, int]:
        """The layout of a file and its number of rows.

        Raises:
            UnreadableFileError: see `read_layout`.
        """
        entry = self._entry(file)
        return Layout.from_json(entry["layout"]), entry["count_rows"]

    def stamp(self, file: Path) -> str:
        """What tells a file from itself as it was before: its size and when it was last changed."""
        return self._entry(file)["stamp"]

    def identity(self, file: Path) -> dict:
        """What tells the file from every other: `sha256`, `count_bytes`, `count_rows`, and
        `changed_at`, when it was last changed (UTC)."""
        entry = self._entry(file)
        return {name: entry[name] for name in ("sha256", "count_bytes", "count_rows", "changed_at")}

    def entries(self) -> list[dict]:
        """What this build knows of its files, as plain data for the next."""
        return list(self._seen.values())

    def _entry(self, file: Path) -> dict:
        if str(file) not in self._seen:
            status = file.stat()
            stamp = f"{status.st_size} bytes of {status.st_mtime_ns}"
            remembered = self._remembered.get((str(file), stamp))
            self._seen[str(file)] = remembered or self._look(file, stamp, status)
        return self._seen[str(file)]

    @staticmethod
    def _look(file: Path, stamp: str, status: os.stat_result) -> dict:
        layout, count_rows = read_layout(file)
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        changed_at = datetime.fromtimestamp(status.st_mtime, UTC)
        return {
            "file": str(file),
            "stamp": stamp,
            "sha256": sha256,
            "count_bytes": status.st_size,
            "changed_at": f"{changed_at:%Y-%m-%d %H:%M:%S.%f}",
            "layout": layout.to_json(),
            "count_rows": count_rows,
        }
