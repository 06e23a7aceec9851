"""A warehouse in which every feature may be a reason."""

import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.conftest import Warehouse


@pytest.fixture(scope="session")
def explained_warehouse(
    demo_raw: Path, demo_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """The small demo world with contributions drawn by chance, so that no template is left out.

    Whatever a model thinks of a fact, the sentence has to be true.
    """
    warehouse = Warehouse(tmp_path_factory.mktemp("explained"))
    shutil.copy(demo_warehouse.database, warehouse.database)
    with duckdb.connect(warehouse.database) as connection:
        [(version,)] = connection.execute("select model_version from int_champion").fetchall()
        leads = connection.execute("select lead_id from int_lead_predictions order by 1").fetchall()
        names = connection.execute("select feature_name from feature_catalog order by 1").fetchall()
        random = np.random.default_rng(7)
        drawn = random.normal(0, 0.05, (len(leads), len(names))).astype(np.float32)
        margins = -4 + drawn.sum(axis=1, dtype=float)
        connection.execute("delete from int_model_features where model_version = ?", [version])
        connection.executemany(
            "insert into int_model_features (model_version, position, feature_name) "
            "values (?, ?, ?)",
            [(version, position, name) for position, (name,) in enumerate(names, start=1)],
        )
        connection.executemany(
            "update int_lead_contributions set base_margin = -4, "
            "base_probability = 1 / (1 + exp(4)), contributions = ? where lead_id = ?",
            [(row.tolist(), lead) for row, (lead,) in zip(drawn, leads, strict=True)],
        )
        connection.executemany(
            "update int_lead_predictions set margin = ?, probability = 1 / (1 + exp(-?)) "
            "where lead_id = ?",
            [(m, m, lead) for m, (lead,) in zip(margins.tolist(), leads, strict=True)],
        )
    done = warehouse.dbt(
        "build",
        *("--select", "int_group_margins", "int_lead_scores", "path:models/reasons"),
        *("reasons_add_up", "reasons_are_sentences"),
        *("--exclude", "resource_type:unit_test"),
        raw_dir=demo_raw,
    )
    assert done.returncode == 0, done.stdout
    return warehouse
