"""Small worlds to learn from, as the tables of the warehouse would give them."""

from datetime import datetime

import duckdb
import pyarrow as pa

from leadhouse.learning.boosting import BoostingSettings
from leadhouse.learning.rows import Origin, TrainingRun
from leadhouse.learning.rungs import LearningSettings
from leadhouse.learning.scorecard import Rule

AS_OF = datetime(2026, 11, 21, 6, 0)
ORIGINS = (
    Origin(at=AS_OF),
    Origin(at=datetime(2026, 7, 20)),
    Origin(at=datetime(2026, 7, 6), test_until=datetime(2026, 7, 20)),
)
# A stump of noise, so that the rules are not the best that can be done.
RULES = [
    Rule(rule_id="visits", feature_name="visits", operator=">=", value="3", points=10),
    Rule(rule_id="vp", feature_name="seniority", operator="in", value="vp|c_level", points=15),
]
# Trees that are quickly grown.
SETTINGS = LearningSettings(
    min_leads_for_trees=500, boosting=BoostingSettings(count_trees=50, learning_rate=0.1)
)


def run(**changes: object) -> TrainingRun:
    """A training run, and a short one; `settings` are changes of SETTINGS."""
    settings = SETTINGS.model_copy(update=changes.pop("settings", {}))
    return TrainingRun(
        **{
            "as_of": AS_OF,
            "horizon_days": 30,
            "feature_set_version": "f1",
            "origins": ORIGINS,
            "settings": settings,
            **changes,
        }
    )


def training_table(
    connection: duckdb.DuckDBPyConnection,
    leads: int = 1_000,
    moments: int = 9,
    label: str = "chance < 0.02 + 0.2 * (visits >= 2)::integer",
    more: str = "",
) -> duckdb.DuckDBPyRelation:
    """A training set in which visits help. Moments are a week apart; there are three origins.

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
                case when lead % 3 > 0 then sin(lead)::float end as fit,
                case when lead % 5 > 0 then ['vp', 'manager', 'c_level'][1 + lead % 3] end
                    as seniority,
            from range({leads}) as leads (lead), range({moments}) as moments (moment)
        )
        select
            'lead ' || lead as lead_id,
            timestamp '2026-06-01' + interval (moment * 7) day as moment_at,
            {label} as label,
            [
                case when moment < 7 then 'train' else 'calibrate' end,
                case when moment < 5 then 'train' when moment < 7 then 'calibrate' else 'test' end,
                case
                    when moment < 3 then 'train' when moment < 5 then 'calibrate'
                    when moment < 7 then 'test'
                end
            ] as uses,
            true as is_blind,
            1::double as sample_weight,
            visits,
            fit,
            seniority,
            {more}
            case when lead % 2 = 0 then map {{'x_size': lead::float}} end as x_numbers,
            map {{'x_plan': 'plan ' || lead % 4}} as x_categories,
        from moments
        order by hash(lead, moment)
        """  # so that the order of the table is none that a model could lean on
    )


def champion(models: pa.Table) -> dict[str, object]:
    """The row that is to score."""
    [row] = [row for row in models.to_pylist() if row["is_promoted"]]
    return row


def evaluations(models: pa.Table, kind: str) -> list[dict[str, object]]:
    """What was fitted of one rung as of earlier origins, the newest first."""
    rows = [row for row in models.to_pylist() if row["role"] == "evaluation"]
    return [row for row in rows if row["model_kind"] == kind]
