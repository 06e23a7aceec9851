from pathlib import Path

import pytest

from tests.conftest import Warehouse, made_once
from tests.incremental.path import EventPath
from tests.inputs.worlds import GOOD_ROWS, write_world

SELECTED = ("--select", "+engagement_ledger", "int_lead_events")
# Few leads make a shared device here, so that small worlds have some.
VARIABLES = ("--vars", '{"max_leads_per_visitor": 2}')


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> EventPath:
    """The event path as dbt compiles it: once into an empty warehouse, once on top of that."""

    def make(folder: Path) -> None:
        raw_dir = write_world(folder / "raw", events=[GOOD_ROWS["events"]])
        warehouse = Warehouse(folder / "warehouse")
        for form in ("full", "incremental"):
            left_out = ("--exclude-resource-type", "test", "unit_test")
            done = warehouse.dbt("build", *SELECTED, *left_out, *VARIABLES, raw_dir=raw_dir)
            assert done.returncode == 0, done.stdout
            warehouse.folder.joinpath("target").rename(folder / form)

    return EventPath.of(made_once(tmp_path_factory, "event_path", make))
