"""The destinations by name: entry points of the group `leadhouse.destinations`.

Leadhouse's own are registered in pyproject.toml, in the same way as anybody's: an entry point names
a function that takes nothing, reads its settings from the environment, and returns a `Destination`.
"""

from importlib.metadata import entry_points

from leadhouse.syncing.destination import Destination
from leadhouse.syncing.settings import SettingsError

GROUP = "leadhouse.destinations"


def make_destination(name: str) -> Destination:
    """A destination, ready to be called.

    Raises:
        SettingsError: none has this name, or one of its settings is missing or wrong.
    """
    known = entry_points(group=GROUP)
    if name not in known.names:
        raise SettingsError(
            f"There is no destination {name!r}; there are {', '.join(sorted(known.names))}."
        )
    return known[name].load()()
