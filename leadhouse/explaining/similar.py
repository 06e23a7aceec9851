"""Past leads that were alike to the model: the same topics moved their margins as far."""

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from leadhouse.explaining.explainer import Explainer

# So many that closed last are compared: enough to find close ones, and explained in seconds.
_PAST_LEADS = 20_000

_OF_THE_LEAD = "select * from features where is_now and lead_id = $lead_id"
# At the last moment that the model may learn from: its end is known, and was not yet.
_OF_PAST_LEADS = """
    with closed as (
        select lead_id, lifecycles.closed_at, lifecycles.won_at, max(moment_at) as moment_at
        from int_lead_lifecycles as lifecycles
        join training_set using (lead_id)
        where lifecycles.closed_at is not null and lead_id != $lead_id
        group by all
        order by moment_at desc, lead_id
        limit $count
    )
    select * from training_set join closed using (lead_id, moment_at)
    order by lead_id
"""


def similar_leads(
    connection: duckdb.DuckDBPyConnection, lead_id: str, count: int = 3
) -> list[dict[str, Any]]:
    """The nearest past leads that were won, and the nearest that were not.

    Near are leads of which the topics of `feature_catalog` add alike to the champion's margin:
    Euclidean distance of the sums of Shapley values. What the model does not use does not count.

    Args:
        connection: to a warehouse that was built.
        lead_id: an open lead.
        count: how many of either.

    Returns:
        for each `lead_id`, `won_at` (None if it never was), `closed_at`, `moment_at` (when it was
        so alike) and `distance`; those that were won first, the nearest first.

    Raises:
        ModelRefusedError: the champion is not what was stored, or cannot be explained.
    """
    [champion] = connection.execute("select * from int_champion").to_arrow_table().to_pylist()
    explainer = Explainer.from_row(champion)
    topics = _topics(connection, explainer.schema.names)

    def by_topic(features: pa.RecordBatch) -> np.ndarray:
        return explainer.contributions(features) @ topics

    lead = connection.execute(_OF_THE_LEAD, {"lead_id": lead_id}).to_arrow_table()
    [place] = np.vstack([by_topic(batch) for batch in lead.to_batches()])
    past = connection.execute(_OF_PAST_LEADS, {"lead_id": lead_id, "count": _PAST_LEADS})
    leads: list[dict[str, Any]] = []
    for batch in past.to_arrow_reader(8_192):
        distances = np.linalg.norm(by_topic(batch) - place, axis=1)
        known = batch.select(["lead_id", "won_at", "closed_at", "moment_at"]).to_pylist()
        leads += [
            row | {"distance": float(distance)}
            for row, distance in zip(known, distances, strict=True)
        ]
    leads.sort(key=lambda row: (row["distance"], row["lead_id"]))
    won = [row for row in leads if row["won_at"] is not None]
    not_won = [row for row in leads if row["won_at"] is None]
    return won[:count] + not_won[:count]


def _topics(connection: duckdb.DuckDBPyConnection, features: list[str]) -> np.ndarray:
    """Which feature is of which topic: 0 and 1, float64 of shape (features, topics)."""
    topic_of = dict(
        connection.execute("select feature_name, topic from feature_catalog").fetchall()
    )
    # A custom feature that the inputs have no more is its own topic.
    own = [topic_of.get(feature, feature) for feature in features]
    return np.array([[topic == mine for topic in sorted(set(own))] for mine in own], np.float64)
