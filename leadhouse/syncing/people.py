"""What people have changed at a destination stays as they left it."""

import json
from collections.abc import Mapping, Sequence

from leadhouse.syncing.destination import Value
from leadhouse.syncing.updates import Due


def leave_to_people(due: Due, names: Sequence[str], found: Mapping[str, Value]) -> Due:
    """Leaves out what a person has changed: what is there, is not ours, and not what is to come.

    It is left out of what is logged as well, so the log holds what was told and no more, and
    int_crm_updates takes a property that people may change and was not told for none to tell.

    Args:
        due: what is to be told of a lead.
        names: the properties that people may change.
        found: what the destination has of it now.
    """
    values = due.values
    ours = [json.loads(properties) for properties in due.may_be_there]
    kept = [
        name
        for name in names
        if name in values
        and not any(
            _same(found.get(name), value)
            for value in (None, values[name], *(told.get(name) for told in ours))
        )
    ]
    return due.without(kept, "kept by a person") if kept else due


def _same(one: Value, other: Value) -> bool:
    """Whether two values are one: destinations may give numbers as text, and nothing as ''."""
    one, other = ("" if value is None else value for value in (one, other))
    try:
        return float(one) == float(other)
    except ValueError:
        return str(one) == str(other)
