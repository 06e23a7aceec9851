"""When to train again: the champion that stands, and whether it still does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Self, get_args

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

Retrain = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class Standing:
    """What was trained before a moment, for one horizon and one set of features.

    Attributes:
        count_runs: training runs of the whole table, whatever they were for.
        model_versions: of the whole table.
        trained_as_of, model_kind, onnx_sha256: of the newest promoted model; None if there is none.
    """

    count_runs: int = 0
    model_versions: tuple[str, ...] = ()
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
        written = models.project("training_run, model_version").fetchall()
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
        return cls(
            max((run for run, _ in written), default=0),
            tuple(version for _, version in written),
            *(newest[0] if newest else ()),
        )

    def is_due(self, as_of: datetime, retrain: Retrain, retrain_every_days: float) -> bool:
        """Whether to train.

        `always` trains, `never` only if there is no model at all, and `auto` also once the model
        is as old as `retrain_every_days`. Rules stand in until something can be learnt, so `auto`
        tries again at each run.

        Raises:
            ValueError: `retrain` is none of the three.
        """
        if retrain not in get_args(Retrain):
            raise ValueError(f"retrain is auto, always or never, not '{retrain}'.")
        if self.trained_as_of is None or retrain == "always":
            return True
        is_old = as_of - self.trained_as_of >= timedelta(days=retrain_every_days)
        return retrain == "auto" and (self.model_kind == "rules" or is_old)

    def what_is_new(self, rows: pa.Table) -> pa.Table:
        """The rows of a training run that are to be kept: none if its champion already stands.

        A version is written once; the rules come out the same in two runs as of one moment.
        """
        champion = rows.filter(pc.field("is_promoted"))
        if champion["onnx_sha256"].to_pylist() == [self.onnx_sha256]:
            return rows.slice(0, 0)
        known = pa.array(self.model_versions, pa.string())
        return rows.filter(~pc.field("model_version").isin(known))
