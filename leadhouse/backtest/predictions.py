"""What would have been told at a moment: read where it was built, kept in the warehouse."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from leadhouse.backtest.baselines import Baseline, fit_baselines

_BATCH_ROWS = 10_000


def predictions_told(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> pa.Table:
    """What the champion, the rules and the base rate told of each lead that was open.

    Args:
        connection: to a warehouse that was built as of the moment, up to `int_lead_predictions`.
        as_of: the moment.

    Returns:
        the columns of `backtest_predictions` but those that `keep` adds, the champion's rows first.
    """
    [(horizon_days,)] = connection.execute(
        "select label_horizon_days::integer from run_context"
    ).fetchall()
    champion = connection.sql(
        """
        select
            'champion' as contestant, model_kind, model_version, lead_id,
            margin::double as margin, probability::double as probability
        from int_lead_predictions
        order by lead_id
        """
    ).to_arrow_table()
    baselines = [
        batch
        for baseline in fit_baselines(connection, as_of)
        for batch in _scored(connection, baseline)
    ]
    told = pa.concat_tables([champion, pa.Table.from_batches(baselines, champion.schema)])
    return told.append_column(
        "horizon_days", pa.repeat(pa.scalar(horizon_days, "int32"), len(told))
    )


def _scored(connection: duckdb.DuckDBPyConnection, baseline: Baseline) -> Iterator[pa.RecordBatch]:
    leads = connection.sql("select * from features where is_now order by lead_id")
    for batch in leads.to_arrow_reader(_BATCH_ROWS):
        margin, probability = baseline.scorer.score(batch)
        named = ("contestant", "model_kind", "model_version")
        yield pa.record_batch(
            {
                **{name: pa.repeat(getattr(baseline, name), len(batch)) for name in named},
                "lead_id": batch.column("lead_id"),
                "margin": pa.array(margin),
                "probability": pa.array(probability, from_pandas=True),
            }
        )


def keep(
    connection: duckdb.DuckDBPyConnection, told: pa.Table, as_of: datetime, configuration: str
) -> None:
    """Puts a moment's predictions in the place of any earlier ones, in one transaction.

    Those of other configurations go too: pooled with these, they would say nothing.

    Args:
        connection: to the warehouse that keeps them; it may write.
        told: as `predictions_told` gives it.
        as_of: the moment.
        configuration: of the backtest.
    """
    place = {"as_of": as_of, "configuration": configuration}
    with connection.cursor() as cursor:
        cursor.register("told", told)
        cursor.begin()
        cursor.execute(
            "delete from main_operations.backtest_predictions "
            "where origin_at = $as_of or configuration != $configuration",
            place,
        )
        cursor.execute(
            "insert into main_operations.backtest_predictions by name "
            "select $as_of as origin_at, $configuration as configuration, * from told",
            place,
        )
        cursor.commit()


def moments_kept(connection: duckdb.DuckDBPyConnection, configuration: str) -> set[datetime]:
    """The moments whose predictions are there."""
    rows = connection.execute(
        "select distinct origin_at from main_operations.backtest_predictions "
        "where configuration = ?",
        [configuration],
    )
    return {origin_at for (origin_at,) in rows.fetchall()}


def figures(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """How true it was: a row per contestant and moment, and (`origin_at` null) of all of them.

    `count_leads` were told of; the other figures are those of `model_evaluation`, null where how
    the leads ended is not known yet.
    """
    return (
        connection.sql(
            """
            with told as (
                select contestant, unnest([origin_at, null]) as origin_at, model_kind
                from main_operations.backtest_predictions
            )
            select
                told.contestant, told.origin_at,
                string_agg(distinct told.model_kind, ', ' order by told.model_kind) as model_kinds,
                count(*) as count_told,
                any_value(evaluations.count_conversions) as count_conversions,
                any_value(evaluations.auc) as auc,
                any_value(evaluations.log_loss) as log_loss,
                any_value(evaluations.calibration_error) as calibration_error
            from told
            left join model_evaluation as evaluations
                on evaluations.split = 'backtest' and told.contestant = evaluations.contestant
                and told.origin_at is not distinct from evaluations.origin_at
            group by told.contestant, told.origin_at
            order by told.contestant, told.origin_at nulls last
            """
        )
        .to_arrow_table()
        .to_pylist()
    )
