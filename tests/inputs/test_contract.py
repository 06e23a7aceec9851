"""The contract is written in three places for three readers; they say the same."""

import re

import pytest
import yaml

from leadhouse.inputs.contract import TABLES
from tests.conftest import PROJECT

SOURCES = yaml.safe_load((PROJECT / "models" / "staging" / "_sources.yml").read_text())
DOCUMENTATION = (PROJECT / "docs" / "inputs.md").read_text()
MACROS = PROJECT / "macros" / "inputs"


def test_sources_have_the_tables_of_the_contract() -> None:
    (source,) = SOURCES["sources"]
    assert [table["name"] for table in source["tables"]] == [table.name for table in TABLES]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_sources_have_the_columns_of_the_contract(table) -> None:
    (source,) = SOURCES["sources"]
    described = next(entry for entry in source["tables"] if entry["name"] == table.name)
    assert described["config"]["meta"]["is_required"] == table.is_required
    assert [
        (
            column["name"],
            column["data_type"],
            column.get("config", {}).get("meta", {}).get("is_required", False),
        )
        for column in described["columns"]
    ] == [(column.name, column.kind.sql_type, column.is_required) for column in table.columns]


def test_macros_know_the_tables_of_the_contract() -> None:
    names = re.findall(r"^ +'(\w+)',$", (MACROS / "input_tables.sql").read_text(), re.MULTILINE)
    assert names == [table.name for table in TABLES]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_documentation_has_the_columns_of_the_contract(table) -> None:
    section = DOCUMENTATION.split(f"\n### `{table.name}`", 1)[1].split("\n### ", 1)[0]
    documented = re.findall(r"^\| `(\w+)` \| (\w+) \| (required)?", section, re.MULTILINE)
    assert documented == [
        (column.name, str(column.kind), "required" if column.is_required else "")
        for column in table.columns
    ]
