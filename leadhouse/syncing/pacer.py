"""Keeps to a limit of so many calls in so many seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue


class Pacer:
    """Lets no more than `calls` calls through in any `seconds`, from all threads together.

    A place is free again `seconds` after its call has ended, not after it began: the other side
    counts a call when it arrives, and that is in between. So its window is kept to as well.
    """

    def __init__(self, calls: int, seconds: float) -> None:
        self._seconds = seconds
        self._free_at: SimpleQueue[float] = SimpleQueue()
        for _ in range(calls):
            self._free_at.put(0.0)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until a call may be made, which is then made inside."""
        free_at = self._free_at.get()
        try:
            time.sleep(max(0.0, free_at - time.monotonic()))
            yield
        finally:
            self._free_at.put(time.monotonic() + self._seconds)
