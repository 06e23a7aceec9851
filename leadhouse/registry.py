"""The models of a warehouse: which there are, which one scores, and which one shall."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import duckdb

from leadhouse.database import WarehouseError
from leadhouse.promotions import promoted
from leadhouse.scoring.schema import ModelRefusedError
from leadhouse.scoring.scorer import Scorer, find_fault

_MAY_SCORE = ("champion", "challenger", "recalibrated")


def list_models(
    connection: duckdb.DuckDBPyConnection, *, with_evaluations: bool = False
) -> list[dict[str, Any]]:
    """The models, the newest first, with their figures forward in time.

    Args:
        connection: to a warehouse that was built.
        with_evaluations: also those that were fitted only to be tried, as of earlier origins or to
            samples of the leads.

    Returns:
        for each model columns of `lead_models`; `auc` and `log_loss`, pooled over all origins, null
        where `model_evaluation` does not speak of the model; whether it `scores` (since the last
        build) and whether it `is_next` (scores from the next build on); `decisions`, how many
        people made about it; `fault`, why it is refused, None if it can score.
    """
    models = _rows(
        connection,
        """
        select
            models.model_version, models.model_kind, models.role, models.trained_as_of,
            models.horizon_days, evaluations.auc, evaluations.log_loss,
            models.model_version in (select model_version from int_champion) as scores,
            (
                select count(*) from main_operations.model_decisions as decisions
                where decisions.model_version = models.model_version
            ) as decisions
        from lead_models as models
        left join model_evaluation as evaluations
            on models.model_version = evaluations.model_version
            and evaluations.contestant in ('champion', 'challenger')
            and evaluations.split = 'forward' and evaluations.origin_at is null
        where models.role not in ('evaluation', 'resample') or $with_evaluations
        order by
            models.trained_as_of desc, models.training_run desc, models.origin_number,
            models.model_version desc
        """,
        {"with_evaluations": with_evaluations},
    )
    champion = next(_may_score_again(connection), None)
    return [
        model
        | {
            "is_next": model["model_version"] == champion,
            "fault": find_fault(find_model(connection, model["model_version"])),
        }
        for model in models
    ]


def find_model(connection: duckdb.DuckDBPyConnection, model_version: str) -> dict[str, Any]:
    """A row of `lead_models`.

    Raises:
        WarehouseError: there is no such version.
    """
    rows = _rows(
        connection, "select * from lead_models where model_version = $version", model_version
    )
    if not rows:
        raise WarehouseError(
            f"There is no model {model_version}; `leadhouse models list` shows which there are."
        )
    return rows[0]


def decisions_about(
    connection: duckdb.DuckDBPyConnection, model_version: str
) -> list[dict[str, Any]]:
    """Rows of `model_decisions` about a model, the oldest first."""
    return _rows(
        connection,
        "select * from main_operations.model_decisions "
        "where model_version = $version order by decided_at",
        model_version,
    )


def figures_of(connection: duckdb.DuckDBPyConnection, model_version: str) -> list[dict[str, Any]]:
    """Rows of `model_evaluation` about a model itself: by split and origin, pooled ones last."""
    return _rows(
        connection,
        "select * from model_evaluation "
        "where model_version = $version and contestant in ('champion', 'challenger') "
        "order by split desc, origin_at nulls last",
        model_version,
    )


def promotions(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of models that came to score, the one that came last first; some more than once."""
    [(as_of, horizon_days)] = connection.execute(
        "select as_of, label_horizon_days from run_context"
    ).fetchall()
    # Not from int_promotions: a decision is newer than the last build.
    decisions = "main_operations.model_decisions"
    return promoted(connection, "lead_models", decisions, as_of, horizon_days)


def _may_score_again(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Of the promotions, those of models that are not refused."""
    for model in promotions(connection):
        if find_fault(model) is None:
            yield model["model_version"]


def promote(connection: duckdb.DuckDBPyConnection, model_version: str, reason: str) -> None:
    """Has a model score from the next build on.

    Args:
        connection: that may write.
        model_version: of a champion, challenger or recalibrated model.
        reason: for the record, in words.

    Raises:
        WarehouseError: there is no such model, or it may not score, or it does already.
    """
    _decide(connection, "promote", find_model(connection, model_version), reason)


def roll_back(connection: duckdb.DuckDBPyConnection, reason: str | None = None) -> str:
    """Has the model that scored before the present one score again, from the next build on.

    Twice in a row, it comes back to where it was.

    Args:
        connection: that may write.
        reason: for the record, in words; None names the model that is left.

    Returns:
        the version that is to score.

    Raises:
        WarehouseError: no other model that is not refused scored before, or that may not score.
    """
    versions = _may_score_again(connection)
    present = next(versions, None)
    earlier = next((version for version in versions if version != present), None)
    if present is None or earlier is None:
        raise WarehouseError(
            "No other model has scored before that still can, so there is none to go back to."
        )
    reason = f"Back from {present}." if reason is None else reason
    _decide(connection, "rollback", find_model(connection, earlier), reason)
    return earlier


def load_model(model: dict[str, Any]) -> Scorer:
    """Loads a row of `lead_models`, if it is what training stored.

    Raises:
        WarehouseError: its bytes or its schema were changed.
    """
    try:
        return Scorer.from_row(model)
    except ModelRefusedError as error:
        raise WarehouseError(f"{model['model_version']} is refused: {error}") from error


def _decide(
    connection: duckdb.DuckDBPyConnection,
    decision: Literal["promote", "rollback"],
    model: dict[str, Any],
    reason: str,
) -> None:
    version = model["model_version"]
    if not reason.strip():
        raise WarehouseError("A reason is wanted: those who come later will ask for it.")
    if model["role"] not in _MAY_SCORE:
        why = (
            "it only shows how such a model does on later outcomes"
            if model["role"] == "evaluation"
            else model["promotion_reason"]
        )
        raise WarehouseError(f"{version} may not score, its role is {model['role']}: {why}")
    if version == next(_may_score_again(connection), None):
        raise WarehouseError(f"{version} is the champion already.")
    [context] = _rows(
        connection,
        "select as_of, label_horizon_days, feature_set_version from run_context, feature_set",
    )
    if model["horizon_days"] != context["label_horizon_days"]:
        raise WarehouseError(
            f"{version} predicts {model['horizon_days']} days ahead; this warehouse asks for "
            f"{context['label_horizon_days']} (label_horizon_days)."
        )
    if model["feature_set_version"] != context["feature_set_version"]:
        raise WarehouseError(
            f"{version} reads the features {model['feature_set_version']}; this warehouse has "
            f"{context['feature_set_version']}, so it would have to be trained anew."
        )
    if model["trained_as_of"] > context["as_of"]:
        raise WarehouseError(
            f"{version} was trained as of {model['trained_as_of']}, later than the warehouse is "
            f"now ({context['as_of']})."
        )
    load_model(model)
    connection.execute(
        """
        insert into main_operations.model_decisions by name
        select
            $version as model_version,
            $decision as decision,
            $as_of as decided_as_of,
            (select max(training_run) from lead_models where trained_as_of <= $as_of)
                as after_training_run,
            $now as decided_at,
            $reason as reason
        """,
        {
            "version": version,
            "decision": decision,
            "as_of": context["as_of"],
            "now": datetime.now(UTC).replace(tzinfo=None),
            "reason": reason.strip(),
        },
    )


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, values: str | dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    if isinstance(values, str):
        values = {"version": values}
    return connection.execute(query, values).to_arrow_table().to_pylist()
