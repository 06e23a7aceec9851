"""When to train again: the champion that stands, and whether it still does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

Retrain = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class Standing:
    """What was trained before a moment, for one horizon and one set of features.

    Attributes:
        count_runs: training runs of the whole table, whatever they were for.
        trained_as_of, model_kind, onnx_sha256: of the newest promoted model; None if there is none.
    """

    count_runs: int = 0
    trained_as_of: datetime | None = None
    model_kind: str | None = None
    onnx_sha256: str | None = None

    @classmethod
    def find(
        cls,
        models: duckdb.DuckDBPyRelation,
        as_of: datetime,
        horizon_days: int,
        feature_set_version: str,
    ) -> Self:
        """Looks among rows of the schema `MODEL_ROWS`; those trained later do not exist yet."""
        count_runs = models.max("training_run").fetchall()[0][0] or 0
        promoted = models.filter(
            duckdb.ColumnExpression("is_promoted")
            & (duckdb.ColumnExpression("trained_as_of") <= duckdb.ConstantExpression(as_of))
            & (duckdb.ColumnExpression("horizon_days") == duckdb.ConstantExpression(horizon_days))
            & (
                duckdb.ColumnExpression("feature_set_version")
                == duckdb.ConstantExpression(feature_set_version)
            )
        )
        newest = (
            promoted.order("trained_as_of desc, training_run desc")
            .project("trained_as_of, model_kind, onnx_sha256")
            .limit(1)
            .fetchall()
        )
        return cls(count_runs, *(newest[0] if newest else ()))

    def is_due(self, as_of: datetime, retrain: Retrain, retrain_every_days: float) -> bool:
        """Whether to train.

        `always` trains, `never` only if there is no model at all, and `auto` also once the model
        is as old as `retrain_every_days`. Rules stand in until something can be learnt, so `auto`
        tries again at each run.

        Raises:
            ValueError: `retrain` is none of the three.
        """
        if self.trained_as_of is None or retrain == "always":
            return True
        match retrain:
            case "never":
                return False
            case "auto":
                age = as_of - self.trained_as_of
                return self.model_kind == "rules" or age >= timedelta(days=retrain_every_days)
        raise ValueError(f"retrain is auto, always or never, not '{retrain}'.")

    def is_same_as(self, rows: pa.Table) -> bool:
        """Whether the champion among new rows is, to the byte, the one that stands."""
        champion = rows.filter(pc.field("is_promoted"))
        return champion["onnx_sha256"].to_pylist() == [self.onnx_sha256]
