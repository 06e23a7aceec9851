"""A lead's card: what a warehouse says of one lead, as a rep or a manager asks it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from leadhouse.database import WarehouseError
from leadhouse.explaining.similar import similar_leads
from leadhouse.scoring.schema import ModelRefusedError
from leadhouse.texts import without_addresses

_RUNS_SHOWN = 30

_SCORE_NOW = """
    select scores.*, models.horizon_days
    from lead_scores as scores join lead_models as models using (model_version)
    where scores.lead_id = $lead_id
"""
_SCORE_THEN = """
    select history.*, models.horizon_days
    from lead_score_history as history join lead_models as models using (model_version)
    where history.lead_id = $lead_id
        and history.valid_from <= $moment
        and (history.valid_to > $moment or history.valid_to is null)
"""
# At each run what stood then: the history has a row only where something changed.
_HISTORY = """
    select runs.as_of, history.score, history.tier
    from score_runs as runs
    join lead_score_history as history
        on history.valid_from <= runs.as_of
        and (history.valid_to > runs.as_of or history.valid_to is null)
    where history.lead_id = $lead_id and runs.as_of <= $until
    order by runs.as_of desc
    limit $count
"""
_CHANGE = """
    select * from lead_score_changes
    where lead_id = $lead_id and as_of = (select max(as_of) from score_runs)
"""
_CHANGE_SIGNALS = """
    select topic_label, points from lead_score_change_signals
    where lead_id = $lead_id and as_of = (select max(as_of) from score_runs)
    order by abs(points) desc, topic
"""
_ENDED = """
    select
        leads.is_deleted, lifecycles.closed_at, lifecycles.won_at,
        merges.canonical_lead_id, merges.reason as merge_reason, merges.merged_at
    from stg_leads as leads
    left join int_lead_lifecycles as lifecycles using (lead_id)
    left join lead_merges as merges using (lead_id)
    where leads.lead_id = $lead_id
"""
_NEAREST = """
    select lead_id from stg_leads
    order by damerau_levenshtein(lead_id, $lead_id), lead_id
    limit 3
"""
_LAST_TOLD = """
    select score, tier, as_of from lead_score_history
    where lead_id = $lead_id
    order by as_of desc
    limit 1
"""


@dataclass(frozen=True)
class Card:
    """What is known of an open lead now.

    Attributes:
        score: the row of `lead_scores`, and the model's `horizon_days`.
        reasons: rows of `lead_score_reasons`, by rank.
        history: `as_of`, `score` and `tier` at the last runs, the oldest first.
        previous_as_of: of the run before the last; None if there was none.
        change: the row of `lead_score_changes` for the last run; None where nothing changed.
        change_signals: `topic_label` and `points` of what happened, the largest first.
        similar: as `similar_leads` gives them.
    """

    score: dict[str, Any]
    reasons: list[dict[str, Any]]
    history: list[dict[str, Any]]
    previous_as_of: datetime | None
    change: dict[str, Any] | None
    change_signals: list[dict[str, Any]]
    similar: list[dict[str, Any]]


@dataclass(frozen=True)
class PastCard:
    """What was told of a lead at a moment.

    Attributes:
        score: the row of `lead_score_history` that stood, and the model's `horizon_days`.
        reasons: `direction` (for, against) and `topic_label`, the strongest first.
        history: as of a `Card`, up to the moment.
    """

    score: dict[str, Any]
    reasons: list[dict[str, Any]]
    history: list[dict[str, Any]]


def find_card(connection: duckdb.DuckDBPyConnection, lead_id: str) -> Card:
    """The card of an open lead.

    Raises:
        WarehouseError: the lead is not open or not known, or its scores cannot be explained.
    """
    key = {"lead_id": lead_id}
    reasons = _rows(
        connection, "select * from lead_score_reasons where lead_id = $lead_id order by rank", key
    )
    scores = _rows(connection, _SCORE_NOW, key)
    if not scores:
        raise WarehouseError(_why_not_open(connection, lead_id))
    [score] = scores
    try:
        similar = similar_leads(connection, lead_id)
    except ModelRefusedError as error:
        raise WarehouseError(str(error)) from error
    runs = _rows(connection, "select as_of from score_runs order by as_of desc limit 2")
    return Card(
        score=score,
        reasons=reasons,
        history=_history(connection, lead_id, score["as_of"]),
        previous_as_of=runs[1]["as_of"] if len(runs) > 1 else None,
        change=next(iter(_rows(connection, _CHANGE, key)), None),
        change_signals=_rows(connection, _CHANGE_SIGNALS, key),
        similar=similar,
    )


def find_past_card(
    connection: duckdb.DuckDBPyConnection, lead_id: str, moment: datetime
) -> PastCard:
    """The card of a lead as it was told at a moment.

    Raises:
        WarehouseError: nothing was told of it then.
    """
    scores = _rows(connection, _SCORE_THEN, {"lead_id": lead_id, "moment": moment})
    if not scores:
        raise WarehouseError(_why_not_told(connection, lead_id, moment))
    [score] = scores
    labels = dict(
        connection.execute("select distinct topic, topic_label from feature_catalog").fetchall()
    )
    return PastCard(
        score=score,
        reasons=[
            {
                "direction": "for" if reason[0] == "+" else "against",
                "topic_label": labels.get(reason[1:], reason[1:]),
            }
            for reason in score["reasons"]
        ],
        history=_history(connection, lead_id, moment),
    )


def _why_not_open(connection: duckdb.DuckDBPyConnection, lead_id: str) -> str:
    key = {"lead_id": lead_id}
    leads = _rows(connection, _ENDED, key)
    if not leads:
        nearest = [row["lead_id"] for row in _rows(connection, _NEAREST, key)]
        hint = f" The nearest are {', '.join(nearest)}." if nearest else ""
        return f"There is no lead {without_addresses(lead_id)} in this warehouse.{hint}"
    [lead] = leads
    if lead["canonical_lead_id"] is not None:
        return (
            f"Lead {lead_id} was merged into lead {lead['canonical_lead_id']} on "
            f"{lead['merged_at']:%Y-%m-%d} ({lead['merge_reason']}); ask for that one."
        )
    told = next(iter(_rows(connection, _LAST_TOLD, key)), None)
    last = (
        f"Its last score was {told['score']:.1f} ({told['tier']}), as of {told['as_of']:%Y-%m-%d}; "
        "--as-of shows the card of a day."
        if told
        else "No score was ever told of it."
    )
    if lead["is_deleted"]:
        return f"Lead {lead_id} was deleted in the CRM. {last}"
    if lead["won_at"] is not None:
        return f"Lead {lead_id} was won on {lead['won_at']:%Y-%m-%d}. {last}"
    if lead["closed_at"] is not None:
        return f"Lead {lead_id} was closed without a win on {lead['closed_at']:%Y-%m-%d}. {last}"
    return f"Lead {lead_id} is open and has no score yet; run scripts/build to the end."


def _why_not_told(connection: duckdb.DuckDBPyConnection, lead_id: str, moment: datetime) -> str:
    [told] = _rows(
        connection,
        "select min(as_of) as first, max(coalesce(valid_to, as_of)) as last "
        "from lead_score_history where lead_id = $lead_id",
        {"lead_id": lead_id},
    )
    if told["first"] is None:
        return _why_not_open(connection, lead_id)
    return (
        f"No score of lead {lead_id} stood at {moment}: those told are from {told['first']} "
        f"to {told['last']}."
    )


def _history(
    connection: duckdb.DuckDBPyConnection, lead_id: str, until: datetime
) -> list[dict[str, Any]]:
    newest_first = _rows(
        connection, _HISTORY, {"lead_id": lead_id, "until": until, "count": _RUNS_SHOWN}
    )
    return newest_first[::-1]


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    return connection.execute(sql, parameters).to_arrow_table().to_pylist()
