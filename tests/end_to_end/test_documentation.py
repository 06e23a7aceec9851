"""What dbt's documentation says of tables and columns is complete, and true of the warehouse."""

import json
import re

import pytest

from tests.conftest import Warehouse

pytestmark = pytest.mark.slow

# Their columns follow from the variables and the inputs; feature_catalog describes them.
TABLES_OF_FEATURES = {
    "features",
    "training_set",
    "int_change_features",
    "int_projected_features",
    "int_facts__by_lead_moment",
    "int_signal_measures",
}
MEASURE = re.compile(r"_(\d+d|total|days_since_last)$")
# What prepare_inputs() adds to the columns of the contract; the base models describe it.
ADDED_TO_INPUTS = {"x_attributes", "unparsable_values", "source_file", "row_text"}


@pytest.fixture(scope="module")
def manifest(demo_warehouse: Warehouse) -> dict:
    return json.loads((demo_warehouse.folder / "target" / "manifest.json").read_text())


@pytest.fixture(scope="module")
def columns(demo_warehouse: Warehouse) -> dict[tuple[str, str], set[str]]:
    """The columns of each table that is there, by schema and name."""
    rows = demo_warehouse.query(
        "select table_schema, table_name, column_name from information_schema.columns"
    )
    found: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in rows:
        found.setdefault((schema, table), set()).add(column)
    return found


@pytest.mark.parametrize("kind", ["model", "seed", "source"])
def test_every_column_that_there_is_and_no_other_is_described(
    demo_warehouse, manifest, columns, kind
):
    features = {
        name for (name,) in demo_warehouse.query("select feature_name from feature_catalog")
    }
    nodes = [
        node
        for node in (*manifest["nodes"].values(), *manifest["sources"].values())
        if node["resource_type"] == kind
    ]
    assert nodes
    wrong = {}
    for node in nodes:
        name = node["name"]
        there = columns[node["schema"], node.get("identifier") or node["alias"]]
        described = {column for column, of in node["columns"].items() if of["description"].strip()}
        generated = {column for column in there if MEASURE.search(column)}
        if name in TABLES_OF_FEATURES:
            generated |= features
        elif node["config"].get("access") == "public":
            generated = set()
        if kind == "source":
            generated |= ADDED_TO_INPUTS
        found = {
            "described in vain": node["columns"].keys() - there,
            "not described": there - described - generated,
            "itself not described": not node["description"].strip(),
        }
        if any(found.values()):
            wrong[name] = found
    assert not wrong


def test_people_answer_for_every_model_and_exposure(manifest):
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert {model["group"] for model in models} == {
        group["name"] for group in manifest["groups"].values()
    }
    assert all(group["owner"]["email"] for group in manifest["groups"].values())
    assert all(of["owner"]["email"] for of in manifest["exposures"].values())


def test_dashboards_may_read_every_public_table_and_no_other(manifest):
    public = {
        key for key, node in manifest["nodes"].items() if node["config"].get("access") == "public"
    }
    dashboards = manifest["exposures"]["exposure.leadhouse.lead_scores_in_bi"]
    assert set(dashboards["depends_on"]["nodes"]) == public
    for metric in manifest["semantic_models"].values():
        assert set(metric["depends_on"]["nodes"]) <= public
