"""What people decide, the next build does."""

import shutil

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from tests.conftest import Warehouse

pytestmark = pytest.mark.slow


def test_the_next_build_scores_with_what_was_promoted(demo_warehouse, demo_raw, tmp_path):
    warehouse = Warehouse(tmp_path)
    shutil.copy(demo_warehouse.database, warehouse.database)
    [(trained,)] = warehouse.query("select model_version from int_champion")
    # A second model that may score: what was fitted to be tried is as good as a challenger.
    with duckdb.connect(warehouse.database) as connection:
        [(challenger,)] = connection.execute(
            "select model_version from trained_models "
            "where role = 'evaluation' and model_kind = 'logistic' and origin_number = 1"
        ).fetchall()
        for table in ("trained_models", "lead_models"):
            connection.execute(
                f"update {table} set role = 'challenger' where model_version = ?", [challenger]
            )

    def command(*arguments: str) -> None:
        done = CliRunner().invoke(
            app, ["models", *arguments, "--database", str(warehouse.database)]
        )
        assert done.exit_code == 0, done.output

    def scoring() -> list[tuple]:
        # The tables beyond still tell the other model's scores, and dbt's tests compare them.
        scores = "int_lead_predictions int_lead_contributions int_group_margins int_lead_scores"
        tables = ("--select", "int_promotions", "int_champion", *scores.split())
        warehouse.build(demo_raw, *tables)
        return warehouse.query("select distinct model_version from int_lead_scores")

    command("promote", challenger, "--reason", "Sales asked for it.")
    assert scoring() == [(challenger,)]
    command("rollback")
    assert scoring() == [(trained,)]
