"""Rows that no warehouse is spared: exact duplicates, and rows that cannot be used.

Every bad row is a spoilt copy of a good one, so that nothing true is lost with it.
"""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

DUPLICATE_SHARE = 0.002
SPOILT_SHARE = 0.0001

# For each table, ways to spoil a row: the columns to overwrite.
SPOILS: Mapping[str, tuple[Mapping[str, object], ...]] = {
    "leads": ({"lead_id": None}, {"lead_id": "L-imported", "created_at": None}),
    "accounts": ({"account_id": None},),
    "events": (
        {"event_id": None},
        {"event_id": "E-no-time", "occurred_at": None},
        {"event_id": "E-nobody", "lead_id": None, "anonymous_id": None},
        {"event_id": "E-no-type", "event_type": None},
        {"event_id": "E-future", "occurred_at": dt.datetime(2030, 1, 1)},
        {"event_id": "E-foreseen", "received_at": dt.datetime(2020, 1, 1)},
        {"url": "/changed-afterwards"},
    ),
    "identities": ({"lead_id": None}, {"identified_at": None}),
    "outcomes": ({"outcome": "in negotiation"}, {"outcome_at": None}),
    "touches": ({"touch_id": None},),
    "feedback": ({"verdict": "perhaps"},),
    "qualification": ({"lead_id": None},),
    "notes": ({"text": None},),
    "attribute_changes": ({"entity": "opportunity"},),
}


def add_dirt(rng: np.random.Generator, name: str, table: pa.Table) -> pa.Table:
    """The table with some rows twice and some spoilt copies after the good ones."""
    n = len(table)
    twice = rng.choice(n, size=max(1, round(n * DUPLICATE_SHARE)), replace=False)
    parts = [table, table.take(twice)]
    spoils = SPOILS[name]
    for spoil in spoils:
        count = max(1, round(n * SPOILT_SHARE))
        copies = table.take(rng.choice(n, size=count, replace=False))
        for column, value in spoil.items():
            place = table.schema.get_field_index(column)
            kind = table.schema.field(column).type
            # A made-up key must still differ from row to row, or it would be rejected for that.
            is_key = isinstance(value, str) and "-" in value
            values = [f"{value}-{i}" for i in range(count)] if is_key else [value] * count
            copies = copies.set_column(place, column, pa.array(values, kind))
        parts.append(copies)
    return pa.concat_tables(parts).combine_chunks()
