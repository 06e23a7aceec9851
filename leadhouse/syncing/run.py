"""One sync from its first row in the log to its last."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal

import duckdb

from leadhouse.syncing.calls import Calls
from leadhouse.syncing.destination import Destination
from leadhouse.syncing.log import Log
from leadhouse.syncing.moves import about_to_leave, left_behind
from leadhouse.syncing.settings import SyncSettings
from leadhouse.syncing.updates import Due


@dataclass(frozen=True)
class Summary:
    """What came of a sync: `due` and `emptied_places` are `told`, `refused`, `missing` or `left`.

    Attributes:
        outcome: `complete`: all were answered; `incomplete`: some requests were given up;
            `stopped`: no further call made sense, `stopped` says why.
        due: leads to be told.
        emptied_places: records that leads have moved away from, to be emptied.
        changes: leads due, by why they were.
        told, refused, missing: answers.
        left: have no answer and stay due.
        kept_by_people: leads of which something was left as a person has set it.
        calls: made, reading and repeated ones included.
        retries: of them, repeated ones.
    """

    outcome: Literal["complete", "incomplete", "stopped"]
    stopped: str
    due: int
    emptied_places: int
    changes: dict[str, int]
    told: int
    refused: int
    missing: int
    left: int
    kept_by_people: int
    calls: int
    retries: int
    seconds: float


def run_sync(
    connection: duckdb.DuckDBPyConnection,
    destination: Destination,
    settings: SyncSettings,
    due: Sequence[Due],
    *,
    names: Sequence[str] = (),
    on_answers: Callable[[int], None] = lambda _: None,
) -> Summary:
    """Tells a destination what is due.

    Nothing that a destination does raises an error here: what it did not answer stays due. To be
    called on the main thread, where requests to end arrive.

    Args:
        connection: a warehouse that is built and may be written to.
        destination: is told.
        settings: how patient to be.
        due: what to tell, in this order.
        names: the properties that people may change.
        on_answers: is called with how many leads were answered, again and again.
    """
    began = time.monotonic()
    log = Log(connection, destination.name)
    places = about_to_leave(connection, destination.name) if due else {}
    calls = Calls(destination, log, settings, names=names, places=places, on_answers=on_answers)
    with _stopping_when_asked(calls):
        calls.tell(due)
        emptied = [] if calls.stopped else left_behind(connection, destination.name)
        calls.make(emptied)
    answered = {status: calls.counts[status] for status in ("told", "refused", "missing")}
    left = len(due) + len(emptied) - sum(answered.values())
    summary = Summary(
        outcome="stopped" if calls.stopped else "incomplete" if left else "complete",
        stopped=calls.stopped,
        due=len(due),
        emptied_places=len(emptied),
        changes=dict(Counter(one.change for one in due)),
        **answered,
        left=left,
        kept_by_people=calls.counts["kept by people"],
        calls=calls.counts["calls"],
        retries=calls.counts["retries"],
        seconds=round(time.monotonic() - began, 3),
    )
    log.end(summary.outcome, asdict(summary))
    return summary


@contextmanager
def _stopping_when_asked(calls: Calls) -> Iterator[None]:
    """Ctrl-C and a request to end let the calls that are under way come to their end."""
    before = {
        number: signal.signal(number, lambda *_: calls.stop("It was asked to end."))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
