"""Real data, forward in time: a university's courses and a bank's calls.

    python -m benchmarks.real_data FOLDER_OF_DATA [oulad|bank ...]

oulad: as of 30, 60 and 120 days after the start of course run BBB 2013J, with the run 2013B as all
that has ended; the open leads of 2013J are scored, and their ends looked up. bank: the last 8,239
calls, predicted once by a model as of the first of them, by models as of every 30 days, and by
models as of every 2,000 calls that learn from the last 8,000.
"""

import sys
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.worlds import PROJECT, Figures, build
from leadhouse.learning.data import read_training_set
from leadhouse.learning.ladder import climb
from leadhouse.learning.rungs import LearningSettings
from leadhouse.learning.scorecard import Rule, Scorecard

OULAD_START = date(2013, 10, 1)
OULAD_SIGNALS = [
    ("homepage_visits", ["homepage"], "awareness"),
    ("forum_visits", ["forumng", "ouelluminate", "oucollaborate"], "interest"),
    ("content_views", ["oucontent", "resource", "dataplus", "glossary"], "evaluation"),
    ("subpage_views", ["subpage", "sharedsubpage", "url"], "interest"),
    ("quizzes", ["quiz"], "use"),
]
# Beside the usual ones, which the rules name.
SIGNALS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]["signals"]
OULAD = {
    "label_horizon_days": 240,
    "stability_resamples": 0,
    "signals": SIGNALS
    + [
        {
            "name": name,
            "label": name.replace("_", " "),
            "event_types": types,
            "channel": "web",
            "stage": stage,
            "sign": "positive",
        }
        for name, types, stage in OULAD_SIGNALS
    ],
}
BANK = {"label_horizon_days": 1, "training_history_days": 1095, "stability_resamples": 0}
BANK_TEST_ROWS = 8_239


def oulad(data: Path, scratch: Path, table: Table) -> None:
    for day in (30, 60, 120):
        as_of = OULAD_START + timedelta(days=day)
        folder = scratch / f"oulad_{day}"
        warehouse = build(data, folder, OULAD | {"as_of": str(as_of)}, "+lead_scores")
        rows = warehouse.execute(
            """
            select conversion_probability, coalesce(outcome = 'won', false), tier, model_kind
            from lead_scores left join read_parquet(?) using (lead_id)
            where lead_id like 'BBB_2013J%' order by lead_id
            """,
            [str(data / "outcomes.parquet")],
        ).fetchnumpy()
        probability, label, tier, kind = rows.values()
        rates = [label[tier == name].mean() for name in ("hot", "cold")]
        figures = Figures.of(probability, label)
        add(table, f"oulad, day {day}", kind[0], figures, rates[0] / rates[1])


def bank(data: Path, scratch: Path, table: Table) -> None:
    [(test_days,)] = duckdb.execute(
        """
        with calls as (select created_at from read_parquet(?) order by created_at desc)
        select ceil(epoch(max(created_at) - min(created_at)) / 86400)::integer
        from (select created_at from calls limit ?)
        """,
        [str(data / "leads.parquet"), BANK_TEST_ROWS],
    ).fetchall()
    frozen = {"test_days": test_days, "evaluation_origins": 1}
    retrained = {"test_days": 30, "evaluation_origins": -(-test_days // 30)}
    for name, variables in (("frozen", frozen), ("every 30 days", retrained)):
        warehouse = build(
            data, scratch / f"bank_{name.split()[0]}", BANK | variables, "+tier_performance"
        )
        rows = warehouse.execute(
            """
            select contestant, model_kind, probability, label from int_test_predictions
            where contestant in ('champion', 'logistic', 'lightgbm', 'average')
            and lead_id in (select lead_id from read_parquet(?) order by created_at desc limit ?)
            order by contestant, moment_at, lead_id
            """,
            [str(data / "leads.parquet"), BANK_TEST_ROWS],
        ).fetchnumpy()
        if name == "frozen":
            bank_by_calls(warehouse, table)
        [(cold,)] = warehouse.execute(
            "select rate_against_last_tier from tier_performance where contestant = 'champion' "
            "and origin_at is null and split = 'forward' and tier_rank = 1"
        ).fetchall()
        for contestant in ("champion", "logistic", "lightgbm", "average"):
            mine = rows["contestant"] == contestant
            figures = Figures.of(rows["probability"][mine], rows["label"][mine])
            kind = rows["model_kind"][mine][0]
            is_champion = contestant == "champion"
            add(
                table,
                f"bank, {name}",
                f"{contestant} ({kind})",
                figures,
                cold if is_champion else None,
            )


def bank_by_calls(warehouse: duckdb.DuckDBPyConnection, table: Table) -> None:
    data = read_training_set(warehouse.sql("select * from training_set"))
    rules = warehouse.sql("from main_seeds.scorecard_rules").project(*Rule.model_fields)
    scorecard = Scorecard.read(
        [Rule(**row) for row in rules.to_arrow_table().to_pylist()], data.schema
    )
    starts = list(range(len(data) - BANK_TEST_ROWS, len(data), 2_000))
    uses = np.full((len(data), len(starts) + 1), "", "U9")
    for origin, start in enumerate(reversed(starts), start=1):
        uses[start - 8_000 : start - 600, origin] = "train"
        uses[start - 600 : start, origin] = "calibrate"
        uses[start : start + 2_000, origin] = "test"
    ladder = climb(replace(data, uses=uses), scorecard, LearningSettings())
    label = np.concatenate([fit.test.label for fit in ladder.origins])
    for kind, method in ladder.methods.items():
        told = [fit.test_probability(kind, method) for fit in ladder.origins]
        name = f"champion ({kind})" if kind == ladder.kind else kind
        add(table, "bank, every 2,000", name, Figures.of(np.concatenate(told), label), None)


def add(
    table: Table, name: str, model: str, figures: Figures, hot_against_cold: float | None
) -> None:
    table.add_row(
        name,
        model,
        f"{figures.count:,}",
        f"{figures.auc:.4f}",
        f"{figures.log_loss:.4f}",
        f"{figures.constant_log_loss:.4f}",
        f"{figures.calibration_error:.4f}",
        f"{figures.lift_at_10_percent:.2f}",
        f"{hot_against_cold:.2f}" if hot_against_cold is not None else "",
    )


def main() -> None:
    data = Path(sys.argv[1])
    table = Table(
        "data", "model", "rows", "AUC", "log loss", "constant", "calibration error", "lift at 10%",
        "hot / cold",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        for world in sys.argv[2:] or ("oulad", "bank"):
            {"oulad": oulad, "bank": bank}[world](data / world, Path(scratch), table)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
