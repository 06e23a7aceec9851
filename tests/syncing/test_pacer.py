"""The pacer keeps to its limit, whoever calls, and however long a call takes."""

import random
import threading
import time

from leadhouse.syncing.pacer import Pacer


def test_other_side_sees_no_more_in_any_window() -> None:
    pacer = Pacer(calls=20, seconds=0.3)
    arrivals, lock = [], threading.Lock()
    chance = random.Random(1)  # noqa: S311

    def call_often() -> None:
        for _ in range(25):
            with pacer.turn():
                time.sleep(chance.uniform(0, 0.02))
                with lock:
                    arrivals.append(time.monotonic())
                time.sleep(chance.uniform(0, 0.02))

    threads = [threading.Thread(target=call_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    arrivals.sort()
    assert len(arrivals) == 100
    assert all(late - early >= 0.3 for early, late in zip(arrivals, arrivals[20:], strict=False)), (
        "21 calls within a window"
    )
    # Four waits are needed for 100 calls at 20 a window; many more would be a waste.
    assert arrivals[-1] - arrivals[0] < 8 * 0.3
