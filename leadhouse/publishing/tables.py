"""What all ways of publishing share: what is published, and why it was not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Who has opened a run goes on reading it for a while after the next has taken its place.
GRACE_SECONDS = 3600.0


class PublishError(RuntimeError):
    """Nothing was published, and what was published before stands; the message says why."""


@dataclass(frozen=True)
class Table:
    """A table to publish.

    Attributes:
        name: for readers.
        relation: what it is in the warehouse, as SQL names it.
        description: of the table, for people.
        columns: name to description; those that the relation does not have are passed over.
        keys: lists of columns whose values together occur once.
    """

    name: str
    relation: str
    description: str
    columns: Mapping[str, str]
    keys: Sequence[Sequence[str]] = ()
