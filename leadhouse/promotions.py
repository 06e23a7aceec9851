"""Which models came to score: by a training, a recalibration or a decision, the last of them first.

As the model int_promotions has it, for those who cannot wait for a build to tell.
"""

from datetime import datetime
from typing import Any

import duckdb


def promoted(
    connection: duckdb.DuckDBPyConnection,
    models: str,
    decisions: str,
    as_of: datetime,
    horizon_days: int,
) -> list[dict[str, Any]]:
    """Rows of `models`, one for each time that one came to score.

    Args:
        connection: has the relations.
        models: SQL name of a relation with the columns of `lead_models`; never from data.
        decisions: SQL name of one with those of `model_decisions`; never from data.
        as_of: what was trained or decided later does not exist yet.
        horizon_days: of the models.
    """
    promotions = f"""
        with promotions as (
            select
                model_version, trained_as_of as promoted_as_of, training_run as after_training_run,
                0 as is_decision, null as decided_at
            from {models}
            where is_promoted
            union all
            select model_version, decided_as_of, after_training_run, 1, decided_at
            from {decisions}
        )
        select models.*
        from promotions
        join {models} as models using (model_version)
        where
            promoted_as_of <= $as_of and trained_as_of <= $as_of and horizon_days = $horizon_days
        order by promoted_as_of desc, after_training_run desc, is_decision desc, decided_at desc
    """  # noqa: S608 (see Args)
    parameters = {"as_of": as_of, "horizon_days": horizon_days}
    return connection.execute(promotions, parameters).to_arrow_table().to_pylist()
