"""What a destination must be able to do to be told of leads: the interface to implement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from leadhouse.syncing.words import fit_to_write

Value = str | float | bool | None


@dataclass(frozen=True)
class Update:
    """What a destination is to be told of a lead.

    Attributes:
        lead_id: the canonical lead.
        address: by which the destination knows the lead: an e-mail address, or an id.
        record_id: the destination's own id of the record, from its last answer; None at first.
        properties: the destination's names, with values; None empties a property.
        is_leaving: the lead is open no more, or erased: its record is emptied if it is there, and
            none is made.
    """

    lead_id: str
    address: str
    record_id: str | None
    properties: Mapping[str, Value]
    is_leaving: bool = False


@dataclass(frozen=True)
class Answer:
    """A destination's answer about one lead.

    `told`: it has the values now. `refused`: it will not take these values, however often they are
    sent. `missing`: it has no record there (any more) and gets none, as it is leaving or as the
    destination makes none.
    """

    status: Literal["told", "refused", "missing"]
    record_id: str | None = None
    text: str = ""


class CallError(Exception):
    """A call that brought no answer about each lead.

    Args:
        message: what the destination said, for the log: without addresses and secrets.
        http_status: of the answer, if there was one.
    """

    def __init__(self, message: str, http_status: int | None = None) -> None:
        super().__init__(fit_to_write(message))
        self.http_status = http_status


class BatchRefusedError(CallError):
    """The whole batch was refused for what some of it is: the guilty are found by splitting it."""


class TryAgainError(CallError):
    """Too many calls, a fault of the server, no answer in time: sent again, it may well work.

    Args:
        after: seconds to wait as the destination asks (Retry-After), if it does.
    """

    def __init__(
        self, message: str, http_status: int | None = None, after: float | None = None
    ) -> None:
        super().__init__(message, http_status)
        self.after = after


class StopError(CallError):
    """No further call makes sense now: the day's calls are used up, or the key is not accepted."""


class Destination(Protocol):
    """A place that is told of leads. All calls may come from several threads at once.

    Attributes:
        name: as the seed crm_properties names it.
        batch_size: leads that one call of `tell` takes at most.
        parallel_calls: calls that may be under way at once.
    """

    name: str
    batch_size: int
    parallel_calls: int

    def setup(self, properties: Mapping[str, str]) -> Sequence[str]:
        """Makes the properties that are not there yet.

        Args:
            properties: their names, each with the field that it shows (`leadhouse.syncing.fields`).

        Returns:
            a sentence for each thing that was made or found.
        """

    def tell(self, request_id: str, updates: Sequence[Update]) -> Sequence[Answer]:
        """Writes the updates, and answers for each, in their order.

        Writing the same twice must be the same as once. A destination that cannot promise this
        sends the request_id along, which is the same whenever the same batch is sent again.

        Raises:
            BatchRefusedError, TryAgainError, StopError.
        """

    def read(
        self, updates: Sequence[Update], names: Sequence[str]
    ) -> Sequence[Mapping[str, Value]]:
        """The properties as the destination has them now, for each update; empty without a record.

        Raises:
            BatchRefusedError, TryAgainError, StopError.
        """
