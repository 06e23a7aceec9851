"""Which builds publish, and what."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Warehouse
from tests.inputs.worlds import GOOD_ROWS, write_world

pytestmark = pytest.mark.slow


def test_a_whole_build_publishes_and_others_leave_what_was_published(tmp_path: Path) -> None:
    raw = write_world(tmp_path / "raw", leads=[GOOD_ROWS["leads"]])
    warehouse = Warehouse(tmp_path / "leadhouse")
    readers_file = warehouse.folder / "leadhouse_published" / "leadhouse.duckdb"

    def build(*arguments: str, **variables: object) -> str:
        options = ("--exclude-resource-type", "test", "unit_test")
        done = warehouse.dbt(
            "build", *options, *arguments, "--vars", json.dumps(variables), raw_dir=raw
        )
        return done.stdout

    assert f"Published: {readers_file}" in build()
    manifest = json.loads((warehouse.folder / "target" / "manifest.json").read_text())
    public = {
        node["name"]: node["relation_name"]
        for node in manifest["nodes"].values()
        if node["config"].get("access") == "public"
    }
    assert {"lead_scores", "lead_models", "rejected_rows", "account_scores"} <= public.keys()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse.database}' as leadhouse (read_only)")
        connection.execute(f"attach '{readers_file}' as published (read_only)")
        views = connection.execute(
            "select view_name from duckdb_views()"
            " where database_name = 'published' and not internal"
        )
        assert {name for (name,) in views.fetchall()} == public.keys()
        for name, relation in public.items():
            published = f"published.main.{name}"
            for one, other in ((published, relation), (relation, published)):
                left = connection.execute(f"from {one} except all from {other}").fetchall()
                assert not left, name
        found = "select max(as_of) from published.main.score_runs"
        first_as_of = connection.execute(found).fetchall()

    def untouched() -> bool:
        with duckdb.connect(readers_file, read_only=True) as published:
            found = published.execute("select max(as_of) from score_runs").fetchall()
        return found == first_as_of and len(list(readers_file.parent.glob("runs/*"))) == 1

    assert "did not build" in build("--select", "lead_scores")
    assert untouched()
    assert "ublished" not in build("--select", "stg_leads")
    assert "ublished" not in build(publish_to="nowhere")
    assert "the run did not end well" in build(as_of="1971-01-01")
    assert untouched()
    assert "`publish_to` must be" in build(publish_to="paper")
