"""A folder as a destination: a CSV file for each sync."""

import csv
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic_settings import SettingsConfigDict

from leadhouse.syncing.destination import Answer, StopError, Update, Value
from leadhouse.syncing.settings import Settings

# By these a spreadsheet takes a text for a formula (OWASP, CSV injection); the last four are the
# full-width forms, which some take for the others.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class CsvSettings(Settings):
    """The folder to write to; it is made if it is not there."""

    model_config = SettingsConfigDict(env_prefix="LEADHOUSE_CSV_")

    folder: Path


class CsvFile:
    """Writes `leads-REQUEST.csv`, whole or not at all; the same request gives the same file."""

    name = "csv"
    # All leads of a sync are one request, so one file.
    batch_size = sys.maxsize
    parallel_calls = 1

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def setup(self, properties: Mapping[str, str]) -> Sequence[str]:
        with _stopping_where_it_cannot_write():
            self._folder.mkdir(parents=True, exist_ok=True)
        return [f"{self._folder} is there."]

    def tell(self, request_id: str, updates: Sequence[Update]) -> Sequence[Answer]:
        names = sorted({name for update in updates for name in update.properties})
        file = self._folder / f"leads-{request_id}.csv"
        unfinished = file.with_suffix(".new")
        with _stopping_where_it_cannot_write():
            self._folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("w", newline="", encoding="utf-8") as opened:
                writer = csv.writer(opened)
                writer.writerow([_cell(name) for name in ("lead_id", "is_leaving", *names)])
                for update in updates:
                    values = (update.properties.get(name) for name in names)
                    row = (update.lead_id, update.is_leaving, *values)
                    writer.writerow([_cell(value) for value in row])
                opened.flush()
                os.fsync(opened.fileno())
            unfinished.replace(file)
        return [Answer("told") for _ in updates]

    def read(
        self, updates: Sequence[Update], names: Sequence[str]
    ) -> Sequence[Mapping[str, Value]]:
        """Nothing: nobody changes a lead in a file."""
        return [{} for _ in updates]


@contextmanager
def _stopping_where_it_cannot_write() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StopError(f"the file cannot be written: {error}") from error


def from_environment() -> CsvFile:
    return CsvFile(CsvSettings.from_environment().folder)


def _cell(value: Value) -> Value:
    """A text that a spreadsheet would calculate gets an apostrophe, so it stays a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
