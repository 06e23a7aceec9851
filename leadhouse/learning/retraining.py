"""When to train again: the champion that stands, and whether it still does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self, get_args

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadhouse.learning.rows import content
from leadhouse.promotions import promoted
from leadhouse.scoring.schema import FeatureSchema
from leadhouse.scoring.scorer import Scorer, find_fault

Retrain = Literal["auto", "always", "never"]

_RELEVANT = """
    create view relevant as select * from models
    where trained_as_of <= getvariable('as_of') and horizon_days = getvariable('horizon_days')
    and feature_set_version = getvariable('feature_set_version')
"""
_TWIN = """
    select * from models
    where role = 'evaluation' and origin_number = 1
    and training_run = $training_run and model_kind = $model_kind
"""


@dataclass(frozen=True)
class Standing:
    """What was trained before a moment, for one horizon and one set of features.

    Attributes:
        count_runs: training runs of the whole table, whatever they were for.
        model_versions: of the whole table.
        trained_as_of: when the newest training run was, whether its model was promoted or not.
        champion: the row of the model that scores; None if there is none.
        twin: the champion's fit of its newest origin; None if there is none. Neither is a model
            that is refused: the one before stands in its place.
        has_only_refused: whether there is no champion because all that were promoted are refused.
    """

    count_runs: int = 0
    model_versions: tuple[str, ...] = ()
    trained_as_of: datetime | None = None
    champion: dict[str, Any] | None = None
    twin: Scorer | None = None
    has_only_refused: bool = False

    @classmethod
    def find(
        cls,
        models: duckdb.DuckDBPyRelation,
        decisions: duckdb.DuckDBPyRelation,
        as_of: datetime,
        horizon_days: int,
        feature_set_version: str,
    ) -> Self:
        """Looks among rows of the schema `MODEL_ROWS`; those trained later do not exist yet.

        Args:
            models: all of them.
            decisions: the source `model_decisions`.
            as_of: the moment.
            horizon_days: of the champion.
            feature_set_version: of the champion.
        """
        # A connection of its own: the relations may belong to one that is being read from.
        with duckdb.connect() as connection:
            connection.register("models", models.to_arrow_table())
            connection.register("decisions", decisions.to_arrow_table())
            connection.execute("set variable as_of = ?", [as_of])
            connection.execute("set variable horizon_days = ?", [horizon_days])
            connection.execute("set variable feature_set_version = ?", [feature_set_version])
            connection.execute(_RELEVANT)
            written = connection.execute(
                "select training_run, model_version from models"
            ).fetchall()
            [(trained_as_of,)] = connection.execute(
                "select max(trained_as_of) from relevant "
                "where role in ('champion', 'challenger', 'refused')"
            ).fetchall()
            came_to_score = promoted(connection, "relevant", "decisions", as_of, horizon_days)
            champion = next((row for row in came_to_score if find_fault(row) is None), None)
            twins = []
            if champion is not None:
                key = {name: champion[name] for name in ("training_run", "model_kind")}
                twins = connection.execute(_TWIN, key).to_arrow_table().to_pylist()
        return cls(
            count_runs=max((run for run, _ in written), default=0),
            model_versions=tuple(model_version for _, model_version in written),
            trained_as_of=trained_as_of,
            champion=champion,
            twin=Scorer.from_row(twins[0]) if twins and find_fault(twins[0]) is None else None,
            has_only_refused=champion is None and bool(came_to_score),
        )

    def is_due(
        self,
        as_of: datetime,
        retrain: Retrain,
        retrain_every_days: float,
        excluded: frozenset[str] = frozenset(),
    ) -> bool:
        """Whether to train.

        `always` trains, `never` only if no model was ever promoted, and `auto` also once the last
        training is as old as `retrain_every_days`, the champion reads a feature that is excluded
        by now, or all models are refused. Rules stand in until something can be learnt, so `auto`
        tries again at each run.

        Raises:
            ValueError: `retrain` is none of the three.
        """
        if retrain not in get_args(Retrain):
            raise ValueError(f"retrain is auto, always or never, not '{retrain}'.")
        if self.champion is None or self.trained_as_of is None or retrain == "always":
            return retrain != "never" or not self.has_only_refused
        stands_in = self.champion["calibration"] is None
        is_old = as_of - self.trained_as_of >= timedelta(days=retrain_every_days)
        reads = FeatureSchema.from_json(self.champion["feature_schema"]).names
        return retrain == "auto" and (stands_in or is_old or not excluded.isdisjoint(reads))

    def what_is_new(self, rows: pa.Table) -> pa.Table:
        """The rows of a training run that are to be kept: none if its champion already stands.

        A version is written once; the rules come out the same in two runs.
        """
        promoted = rows.filter(pc.field("is_promoted"))["model_version"].to_pylist()
        if self.champion is not None and [content(version) for version in promoted] == [
            content(self.champion["model_version"])
        ]:
            return rows.slice(0, 0)
        known = pa.array(self.model_versions, pa.string())
        return rows.filter(~pc.field("model_version").isin(known))
