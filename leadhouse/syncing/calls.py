"""Makes the calls of a sync: several at once, each in the log, tried again where that helps."""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from types import MappingProxyType

from tenacity import RetryCallState, Retrying, wait_random_exponential

from leadhouse.syncing.destination import (
    Answer,
    BatchRefusedError,
    CallError,
    Destination,
    StopError,
    TryAgainError,
)
from leadhouse.syncing.log import Log
from leadhouse.syncing.people import leave_to_people
from leadhouse.syncing.settings import SyncSettings
from leadhouse.syncing.updates import Due

_LEAST_ANSWERS_FOR_A_SHARE = 100
# A request to stop is looked for at least so often.
_LONGEST_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Request:
    """Leads that go in one call, and how often that was tried.

    Attributes:
        is_reading: it asks what is there, before the same leads are told.
        is_planned: what it tells is in the log already.
        place: in the order of a sync; what a request leads to takes its place.
    """

    request_id: str
    leads: Sequence[Due]
    is_reading: bool = False
    is_planned: bool = False
    attempt: int = 0
    place: int = 0


class Calls:
    """Calls of a destination, and what came of them.

    What is written and read in the warehouse is so on the thread that calls `make`; the destination
    is called on others.

    Args:
        destination: is called.
        log: of this sync.
        settings: how patient it is.
        names: the properties that people may change, which are read before they are told.
        places: by lead, those that it leaves by being told.
        on_answers: is told how many leads were answered.

    Attributes:
        counts: leads by status, and `calls`, `retries` and `kept by people`.
        stopped: why no further call is made, as a sentence; empty as long as they are.
    """

    def __init__(
        self,
        destination: Destination,
        log: Log,
        settings: SyncSettings,
        *,
        names: Sequence[str] = (),
        places: Mapping[str, Sequence[Due]] = MappingProxyType({}),
        on_answers: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._destination = destination
        self._log = log
        self._settings = settings
        self._names = names
        self._places = dict(places)
        self._on_answers = on_answers
        self._back_off = wait_random_exponential(
            multiplier=settings.wait_seconds, max=settings.longest_wait_seconds
        )
        self._waiting: list[tuple[int, int, Request]] = []
        self._count_queued = 0
        self._not_before = 0.0
        self._given_up_in_a_row = 0
        self.counts: Counter[str] = Counter()
        self.stopped = ""

    def stop(self, why: str) -> None:
        """Makes no further call; those that are under way are waited for."""
        self.stopped = self.stopped or why

    def tell(self, leads: Sequence[Due]) -> None:
        """Tells of leads, in as few calls as the destination takes, in their order."""
        size = self._destination.batch_size
        self.make(
            [
                Request(self._log.new_id(), leads[at : at + size], bool(self._names), place=at)
                for at in range(0, len(leads), size)
            ]
        )

    def make(self, requests: Sequence[Request]) -> None:
        """Makes requests, and those that they lead to, until all are answered or given up."""
        for request in requests:
            self._queue(request)
        running: dict[Future, Request] = {}
        with ThreadPoolExecutor(self._destination.parallel_calls) as pool:
            while running or (self._waiting and not self.stopped):
                while len(running) < self._destination.parallel_calls and self._is_one_ready():
                    request = self._begin(heapq.heappop(self._waiting)[-1])
                    running[pool.submit(self._call, request)] = request
                pause = self._pause(is_full=len(running) == self._destination.parallel_calls)
                if not running:
                    time.sleep(pause)
                done, _ = wait(running, pause, FIRST_COMPLETED)
                for future in done:
                    self._end(running.pop(future), future)
        self._waiting.clear()

    def _queue(self, request: Request) -> None:
        self._count_queued += 1
        heapq.heappush(self._waiting, (request.place, self._count_queued, request))

    def _is_one_ready(self) -> bool:
        return bool(self._waiting) and not self.stopped and self._not_before <= time.monotonic()

    def _pause(self, is_full: bool) -> float:
        """Seconds until there may be something to do, calls that end aside."""
        if is_full or not self._waiting or self.stopped:
            return _LONGEST_PAUSE_SECONDS
        return min(max(self._not_before - time.monotonic(), 0.0), _LONGEST_PAUSE_SECONDS)

    def _begin(self, request: Request) -> Request:
        is_in_log = request.is_reading or request.is_planned or request.attempt
        sends = [] if is_in_log else request.leads
        places = [place for due in sends for place in self._places.pop(due.lead_id, ())]
        request = replace(request, attempt=request.attempt + 1)
        self._log.begin_call(request.request_id, request.attempt, sends, places)
        self.counts["calls"] += 1
        return request

    def _call(self, request: Request) -> Sequence:
        updates = [due.update for due in request.leads]
        if request.is_reading:
            found = self._destination.read(updates, self._names)
        else:
            found = self._destination.tell(request.request_id, updates)
        if len(found) != len(updates):
            raise TryAgainError(f"It answered for {len(found)} leads of {len(updates)}.")
        return found

    def _end(self, request: Request, future: Future) -> None:
        try:
            found = future.result()
        except BatchRefusedError as error:
            self._refused(request, error)
        except StopError as error:
            self._log_end(request, "stopped", error)
            self.stop(f"{self._destination.name} takes no more calls: {error}")
        except TryAgainError as error:
            self._try_again(request, error)
        except Exception as error:  # (whatever a destination does wrong is one call that failed)
            self._try_again(request, TryAgainError(f"{type(error).__name__}: {error}"))
        else:
            self._given_up_in_a_row = 0
            if request.is_reading:
                self._have_read(request, found)
            else:
                self._answered(request, list(zip(request.leads, found, strict=True)))

    def _have_read(self, request: Request, found: Sequence) -> None:
        self._log.end_call(request.request_id, request.attempt, "answered")
        leads = [
            leave_to_people(due, self._names, values)
            for due, values in zip(request.leads, found, strict=True)
        ]
        self.counts["kept by people"] += sum(bool(due.note) for due in leads)
        self._follow(request, leads)

    def _answered(
        self,
        request: Request,
        answers: Sequence[tuple[Due, Answer]],
        error: CallError | None = None,
    ) -> None:
        self._log.end_call(
            request.request_id,
            request.attempt,
            "answered",
            http_status=error.http_status if error else None,
            answers=answers,
        )
        self.counts.update(answer.status for _, answer in answers)
        self._on_answers(len(answers))
        count = sum(self.counts[status] for status in ("told", "refused", "missing"))
        if (
            count >= _LEAST_ANSWERS_FOR_A_SHARE
            and self.counts["refused"] > self._settings.max_refused_share * count
        ):
            self.stop(
                f"{self._destination.name} refused {self.counts['refused']:,} of {count:,} leads: "
                "the reasons are in crm_sync_rejected."
            )

    def _refused(self, request: Request, error: BatchRefusedError) -> None:
        self._given_up_in_a_row = 0
        if len(request.leads) > 1:
            self._log_end(request, "refused", error)
            middle = len(request.leads) // 2
            for leads in (request.leads[:middle], request.leads[middle:]):
                self._follow(request, leads, is_reading=request.is_reading)
        elif request.is_reading:
            # What cannot be read cannot be protected but by leaving it alone.
            self._log_end(request, "refused", error)
            self._follow(request, [request.leads[0].without(self._names, "could not be read")])
        else:
            self._answered(request, [(request.leads[0], Answer("refused", text=str(error)))], error)

    def _try_again(self, request: Request, error: TryAgainError) -> None:
        self._log_end(request, "try_again", error)
        after = error.after or 0.0
        if after > self._settings.longest_asked_wait_seconds:
            self.stop(f"{self._destination.name} asks to wait for {after:,.0f} seconds: {error}")
        elif request.attempt < self._settings.attempts:
            self.counts["retries"] += 1
            # It is the destination that has trouble, so all further calls wait.
            seconds = after + self._wait_after(request.attempt)
            self._not_before = max(self._not_before, time.monotonic() + seconds)
            self._queue(request)
        else:
            self._given_up_in_a_row += 1
            if self._given_up_in_a_row >= self._settings.given_up_in_a_row:
                self.stop(
                    f"{self._given_up_in_a_row} requests in a row were given up after "
                    f"{request.attempt} attempts each; the last answer: {error}"
                )

    def _wait_after(self, attempt: int) -> float:
        state = RetryCallState(Retrying(), None, (), {})
        state.attempt_number = attempt
        return self._back_off(state)

    def _follow(self, request: Request, leads: Sequence[Due], *, is_reading: bool = False) -> None:
        self._queue(Request(self._log.new_id(), leads, is_reading, place=request.place))

    def _log_end(self, request: Request, outcome: str, error: CallError) -> None:
        self._log.end_call(
            request.request_id,
            request.attempt,
            outcome,
            text=str(error),
            http_status=error.http_status,
        )
