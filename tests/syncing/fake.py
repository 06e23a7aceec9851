"""A destination in memory that fails as it is told to."""

import itertools
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from leadhouse.syncing.destination import (
    Answer,
    BatchRefusedError,
    StopError,
    TryAgainError,
    Update,
    Value,
)

FAULTS = ("none", "before", "after", "stop", "bug", "short")


class Fake:
    """Keeps records by address, each with the values that were written, the newest last.

    Attributes:
        faults: one for each call, as long as there are some.
        refuses_batch: addresses that have their whole batch refused.
        refuses: addresses that are refused each for itself.
        unreadable: addresses that have their whole batch refused when they are read.
        other_names: addresses under which another one's record is found.
        hook: is called within each call.
    """

    name = "fake"

    def __init__(self, batch_size: int = 4, parallel_calls: int = 1) -> None:
        self.batch_size = batch_size
        self.parallel_calls = parallel_calls
        self.faults: deque[str] = deque()
        self.refuses_batch: Collection[str] = ()
        self.refuses: Collection[str] = ()
        self.unreadable: Collection[str] = ()
        self.other_names: Mapping[str, str] = {}
        self.records: dict[str, dict[str, Value]] = {}
        self.ids: dict[str, str] = {}
        self.writes: list[tuple[str, dict[str, Value]]] = []
        self.calls: list[tuple[str, list[Update]]] = []
        self.reads = 0
        self.under_way: Counter[str] = Counter()
        self.most_under_way = 0
        self.hook: Callable[[], Any] = lambda: None
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def setup(self, properties: Mapping[str, str]) -> Sequence[str]:
        return [f"{name} was made for {field}." for name, field in properties.items()]

    def tell(self, request_id: str, updates: Sequence[Update]) -> Sequence[Answer]:
        leads = Counter(update.lead_id for update in updates)
        with self._lock:
            assert not leads & self.under_way, "a lead in two calls at once"
            self.under_way += leads
            self.most_under_way = max(self.most_under_way, self.under_way.total())
            self.calls.append((request_id, list(updates)))
            fault = self.faults.popleft() if self.faults else "none"
        try:
            self.hook()
            return self._tell(updates, fault)
        finally:
            with self._lock:
                self.under_way -= leads

    def _tell(self, updates: Sequence[Update], fault: str) -> Sequence[Answer]:
        first = updates[0].address
        if fault == "before":
            raise TryAgainError(f"busy with {first}", 503, after=0.001)
        if fault == "stop":
            raise StopError(f"no more today, also for {first}", 403)
        if any(update.address in self.refuses_batch for update in updates):
            raise BatchRefusedError(f"cannot take {first} or another", 400)
        with self._lock:
            answers = [self._write(update) for update in updates]
        if fault == "after":
            raise TryAgainError("timed out")
        if fault == "bug":
            raise KeyError(first)
        return answers[:-1] if fault == "short" else answers

    def _write(self, update: Update) -> Answer:
        address = self.other_names.get(update.address, update.address)
        if update.address in self.refuses:
            return Answer("refused", text=f"{update.address} will not do")
        if update.is_leaving and address not in self.records:
            return Answer("missing")
        record_id = self.ids.setdefault(address, f"r{next(self._numbers)}")
        assert update.record_id in (None, record_id), "the record of another address"
        self.records.setdefault(address, {}).update(update.properties)
        self.writes.append((address, dict(update.properties)))
        return Answer("told", record_id)

    def read(
        self, updates: Sequence[Update], names: Sequence[str]
    ) -> Sequence[Mapping[str, Value]]:
        self.reads += 1
        if any(update.address in self.unreadable for update in updates):
            raise BatchRefusedError("cannot be read", 400)
        return [
            {name: self.records.get(update.address, {}).get(name) for name in names}
            for update in updates
        ]
