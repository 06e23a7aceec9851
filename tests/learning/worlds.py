"""Small worlds to learn from, as the tables of the warehouse would give them."""

from datetime import datetime

import duckdb
import pyarrow as pa

from leadhouse.learning.models import TrainingRun
from leadhouse.learning.scorecard import Rule
from leadhouse.learning.training import FitSettings

AS_OF = datetime(2026, 11, 21, 6, 0)

RULES = [
    Rule(rule_id="visits", feature_name="visits", operator=">=", value="2", points=10),
    Rule(rule_id="vp", feature_name="seniority", operator="in", value="vp|c_level", points=5),
]


def run(**changes: object) -> TrainingRun:
    """A training run, and a short one."""
    return TrainingRun(
        **{
            "as_of": AS_OF,
            "horizon_days": 30,
            "feature_set_version": "f1",
            "settings": FitSettings(count_trees=40, learning_rate=0.1),
            **changes,
        }
    )


def training_table(
    connection: duckdb.DuckDBPyConnection,
    leads: int = 1_000,
    moments: int = 8,
    label: str = "chance < 0.02 + 0.2 * (visits >= 2)::integer",
    more: str = "",
) -> duckdb.DuckDBPyRelation:
    """A training set in which visits help. Moments are a week apart; the last are for testing.

    Args:
        connection: where the table `training_set` is made.
        leads: how many.
        moments: of each lead.
        label: SQL over `chance` (even between 0 and 1), `lead`, `moment` and the features.
        more: further feature columns, as SQL, each followed by a comma.
    """
    return connection.sql(
        f"""
        with moments as (
            select lead, moment,
                (hash(lead, moment, 'chance') % 1000003) / 1000003 as chance,
                (hash(lead, moment, 'visits') % 4)::float as visits,
            from range({leads}) as leads (lead), range({moments}) as moments (moment)
        )
        select
            'lead ' || lead as lead_id,
            timestamp '2026-06-01' + interval (moment * 7) day as moment_at,
            {label} as label,
            case when moment < 4 then 'train' when moment < 6 then 'calibrate' else 'test' end
                as evaluation_use,
            case when moment < 6 then 'train' else 'calibrate' end as final_use,
            1::float as weight,
            visits,
            case when lead % 3 > 0 then sin(lead)::float end as fit,
            case when lead % 5 > 0 then ['vp', 'manager', 'c_level'][1 + lead % 3] end as seniority,
            {more}
            case when lead % 2 = 0 then map {{'x_size': lead::float}} end as x_numbers,
            map {{'x_plan': 'plan ' || lead % 4}} as x_categories,
        from moments
        order by hash(lead, moment)
        """  # so that the order of the table is none that a model could lean on
    )


def rows_by_role(models: pa.Table) -> dict[str, dict[str, object]]:
    """The rows of one training run."""
    return {row["role"]: row for row in models.to_pylist()}
