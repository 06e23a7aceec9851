"""The days of the demo world.

The world ends at a fixed moment, so that its data are the same on whatever day they are made.
Times are whole microseconds since 1970 in UTC (int64); days are counted from the world's start.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

WORLD_END = datetime(2026, 1, 1, tzinfo=UTC)
WEEKS = 65
DAYS = 7 * WEEKS
HORIZON_DAYS = 30

Ints = npt.NDArray[np.integer]
Times = npt.NDArray[np.int64]

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
END = int(WORLD_END.timestamp()) * SECOND
START = END - DAYS * DAY
FIRST_WEEKDAY = (WORLD_END - timedelta(days=DAYS)).weekday()

# How likely a person at work does something in each hour of her day.
WORKING_HOURS = np.array(
    [1, 1, 1, 1, 1, 2, 4, 8, 16, 22, 22, 20, 14, 18, 20, 20, 17, 12, 8, 6, 5, 4, 3, 2], dtype=float
)


def is_weekend(day: Ints) -> npt.NDArray[np.bool_]:
    """Whether each day (counted from the world's start) is a Saturday or a Sunday."""
    return (np.asarray(day) + FIRST_WEEKDAY) % 7 >= 5


def times_of_day(
    rng: np.random.Generator, day: Ints, utc_offset: Ints, hours: npt.NDArray = WORKING_HOURS
) -> Times:
    """A random moment in each UTC day, in hours of work where the person lives."""
    local = rng.choice(24, size=len(day), p=hours / hours.sum())
    hour = (local - utc_offset) % 24
    return START + day.astype(np.int64) * DAY + hour * HOUR + rng.integers(0, HOUR, size=len(day))
