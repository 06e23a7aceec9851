"""What tests of destinations share: how one is told, and what it said."""

import contextlib
import random
from collections.abc import Iterable, Sequence

from leadhouse.syncing.destination import Answer, CallError, Destination, TryAgainError, Update
from tests.syncing.loopback import PASSING_FAULTS, LoopbackServer


def statuses(answers: Sequence[Answer]) -> list[str]:
    return [answer.status for answer in answers]


def message(destination: Destination, update: Update) -> str:
    """What is said of a call that brings no answers."""
    try:
        destination.tell("r1", [update])
    except CallError as error:
        return f"{error!r} {error}"
    return ""


def tell_through_faults(
    destination: Destination,
    server: LoopbackServer,
    versions: Iterable[Sequence[Update]],
    chance: random.Random,
) -> None:
    """Tells one version after another, each tried three times; one request in seven fails."""
    server.plan = lambda _: chance.choice(PASSING_FAULTS) if chance.random() < 0.15 else None
    for number, updates in enumerate(versions):
        for _ in range(3):
            with contextlib.suppress(TryAgainError):
                destination.tell(f"r{number}", updates)
                break
    server.plan = lambda _: None
