"""Which events have arrived since they were last read, told by their files.

A file once handed over stays as it is. Where that holds, the files not read yet are all that is
new; where it does not, all events are read again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leadhouse.inputs.contract import TABLES
from leadhouse.inputs.files import Findings
from leadhouse.inputs.layouts import Layout
from leadhouse.inputs.memory import FileMemory
from leadhouse.inputs.scans import Scan, scan_files
from leadhouse.inputs.selects import raw_select
from leadhouse.inputs.sql import literal

_EVENTS = next(table for table in TABLES if table.name == "events")


@dataclass(frozen=True)
class Arrivals:
    """SQL of the raw views about arrival.

    `arrived_events` has the rows of the files not read yet, `event_files` every file with its
    stamp. `reason_to_reread`: why what was read before no longer stands; None where it does.
    """

    arrived_events: str
    event_files: str
    reason_to_reread: str | None

    def views(self) -> dict[str, str]:
        """The SELECT of each view; `events_reread` has a row, the reason, where there is one."""
        reason = literal(self.reason_to_reread or "")
        is_reread = "true" if self.reason_to_reread else "false"
        return {
            "arrived_events": self.arrived_events,
            "event_files": self.event_files,
            "events_reread": f"select {reason} as reason where {is_reread}",
        }


def arrivals_of_files(
    folder: Path, files: list[Path], memory: FileMemory, events_read: Mapping[str, str]
) -> Arrivals:
    """The arrivals among a folder's event files; `events_read` are the stamps of those read."""
    stamps = {str(file.relative_to(folder)): _stamp(file, memory) for file in files}
    arrived = [file for file in files if str(file.relative_to(folder)) not in events_read]
    rows = ", ".join(f"({literal(name)}, {literal(stamp)})" for name, stamp in stamps.items())
    return Arrivals(
        arrived_events=raw_select(_EVENTS, scan_files(folder, arrived, Findings(), memory)),
        event_files=f"from (values {rows}) as files (source_file, file_stamp)",
        reason_to_reread=_reason(stamps, events_read),
    )


def arrivals_of_table(select: str) -> Arrivals:
    """A table does not say what is new in it, so all of it is read each time."""
    return Arrivals(
        arrived_events=select,
        event_files="select 'events' as source_file, cast(null as varchar) as file_stamp",
        reason_to_reread="a table does not say which of its rows are new",
    )


def _stamp(file: Path, memory: FileMemory) -> str:
    """The file's stamp, and that of the SQL which reads it: a release may read it otherwise."""
    layout, _ = memory.layout(file)
    return f"{memory.stamp(file)}, read by {_reading(layout)}"


@cache
def _reading(layout: Layout) -> str:
    scan = Scan("", layout.columns, layout.relation([]), source_file="''", has_rows=True)
    return hashlib.sha256(raw_select(_EVENTS, [scan]).encode()).hexdigest()[:12]


def _reason(stamps: Mapping[str, str], events_read: Mapping[str, str]) -> str | None:
    for name, stamp in sorted(events_read.items()):
        if name not in stamps:
            return f"{name} is no longer there"
        if stamp.partition(",")[0] != stamps[name].partition(",")[0]:
            return f"{name} has changed since it was read"
        if stamp != stamps[name]:
            return f"{name} is read otherwise now"
    return None
