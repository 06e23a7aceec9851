"""Which builds publish, and what."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from leadhouse import publishing
from tests.conftest import BIN, QUICK, Warehouse
from tests.inputs.worlds import GOOD_ROWS, write_world
from tests.publishing.conftest import PASSWORD, Database

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

    assert "Not published, for this run did not build " in build("--select", "lead_scores")
    assert untouched()
    assert "ublished" not in build("--select", "stg_leads")
    assert "ublished" not in build(publish_to="nowhere")
    assert "Not published, for the run did not end well: " in build(as_of="1971-01-01")
    assert untouched()
    refused = build(publish_to="paper", publish_schema="public")
    assert "`publish_to` must be" in refused
    assert "`publish_schema` must be" in refused


def test_builds_publish_to_postgresql_and_to_a_ducklake(
    demo_warehouse: Warehouse,
    demo_raw: Path,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warehouse = Warehouse(tmp_path / "leadhouse")
    warehouse.folder.mkdir()
    shutil.copy(demo_warehouse.database, warehouse.database)
    printed = []

    def build(to: str, *options: str) -> int:
        variables = json.dumps(QUICK | {"publish_to": to})
        without_tests = ("--exclude-resource-type", "test", "unit_test")
        done = warehouse.dbt(
            *("build", "--selector", "publish", "--vars", variables, *without_tests, *options),
            raw_dir=demo_raw,
        )
        printed.append(done.stdout)
        return done.returncode

    assert build("postgres") == 0, printed
    assert f"Published: schema leadhouse of {database.name} on " in printed[-1]
    manifest = json.loads((warehouse.folder / "target" / "manifest.json").read_text())
    public = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["config"].get("access") == "public"
    }
    for name, node in public.items():
        columns = ", ".join(f'"{column}"' for column in node["columns"])
        own = warehouse.query(f"select {columns} from {node['relation_name']}")
        published = database.query(f"select {columns} from leadhouse.{name}")
        assert sorted(map(repr, own)) == sorted(map(repr, published)), name
    keys = database.query(
        "select tablename, substring(indexdef from '\\(.*\\)') from pg_indexes"
        " where schemaname = 'leadhouse' and indexdef like 'CREATE UNIQUE%'"
    )
    assert {
        ("lead_scores", "(lead_id)"),
        ("lead_score_reasons", "(lead_id, rank)"),
        ("account_scores", "(account_id)"),
        ("model_lift", "(model_version, split, origin_at, contestant, top_percent)"),
    } <= set(keys)
    undescribed = database.query(
        "select relname, attname from pg_attribute join pg_class on pg_class.oid = attrelid"
        " where relnamespace = 'leadhouse'::regnamespace and relkind = 'r' and attnum > 0"
        " and relname != 'published_run' and col_description(attrelid, attnum) is null"
    )
    assert not undescribed

    assert build("ducklake") == 0, printed
    with duckdb.connect() as connection, monkeypatch.context() as environment:
        environment.setenv("PGPASSWORD", PASSWORD)
        connection.execute(f"attach '{warehouse.database}' as leadhouse (read_only)")
        database.attach_lake(connection, "postgres")
        for name, node in public.items():
            published, own = f"lake.{name}", node["relation_name"]
            for one, other in ((published, own), (own, published)):
                left = connection.execute(f"from {one} except all from {other}").fetchall()
                assert not left, name

    # Whoever is to be forgotten is looked for in all of them.
    assert warehouse.query("select publish_to, place from main_operations.publications") == [
        ("parquet", "leadhouse_published"),
        ("postgres", "leadhouse"),
        ("ducklake", "leadhouse_ducklake"),
    ]

    # What fails at the end makes the build fail, and what stands goes on standing.
    runs = database.query("select * from leadhouse.published_run")
    database.run(
        "alter table leadhouse.lead_scores add column mine int",
        "create view public.mine as select mine from leadhouse.lead_scores",
    )
    assert build("postgres") != 0
    assert "Nothing was published, and what was published before stays. Postgre" in printed[-1]
    assert "PostgreSQL refuses: cannot drop column" in printed[-1]
    assert database.query("select * from leadhouse.published_run") == runs

    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", database.url(password="not the one"))  # noqa: S106
    assert build("postgres") != 0
    assert "This build could not be published. The PostgreSQL server cannot be used" in printed[-1]
    monkeypatch.delenv("LEADHOUSE_POSTGRES_URL")
    assert build("postgres") != 0
    assert "No PostgreSQL server is named" in printed[-1]

    written = [path for path in warehouse.folder.rglob("*") if path.is_file()]
    assert len(written) > 10
    secrets = [PASSWORD.encode(), database.url().encode(), b"not the one"]
    for secret in secrets:
        assert not [path for path in written if secret in path.read_bytes()]
        assert secret not in "".join(printed).encode()


def test_who_is_forgotten_is_erased_from_all_places_and_what_was_out_of_reach_by_the_same_again(
    demo_warehouse: Warehouse, database: Database, tmp_path: Path
) -> None:
    warehouse = Warehouse(tmp_path / "leadhouse")
    warehouse.folder.mkdir()
    shutil.copy(demo_warehouse.database, warehouse.database)
    places = {
        "parquet": f"from '{warehouse.folder}/published/current/lead_scores.parquet'",
        "postgres": "from leadhouse.lead_scores",
        "ducklake": "from lake.lead_scores",
    }
    with duckdb.connect(warehouse.database) as connection:
        publishing.register(connection)
        for to in places:
            target = {
                "publish_to": to,
                "folder": str(warehouse.folder / "published"),
                "schema": "leadhouse",
                "keep": 7,
            }
            table = {"name": "lead_scores", "relation": "lead_scores", "description": ""}
            asked = {"target": target, "run": "run-1", "tables": [table | {"columns": {}}]}
            [(answer,)] = connection.execute(
                "select leadhouse_publish(?)", [json.dumps(asked)]
            ).fetchall()
            assert "published" in json.loads(answer), answer
        [(her,)] = connection.execute("select min(lead_id) from lead_scores").fetchall()

    def forget(url: str) -> tuple[int, str]:
        done = subprocess.run(
            [BIN / "leadhouse", "forget", her, "--yes", "--database", warehouse.database],
            env=os.environ | {"LEADHOUSE_POSTGRES_URL": url},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode, done.stdout

    def where() -> set[str]:
        with duckdb.connect() as connection, pytest.MonkeyPatch.context() as environment:
            environment.setenv("PGPASSWORD", PASSWORD)
            database.attach_lake(connection, "postgres")
            is_hers = f"where lead_id = '{her}'"
            found = {
                to
                for to in ("parquet", "ducklake")
                if connection.execute(f"{places[to]} {is_hers}").fetchall()
            }
        on_server = database.query(f"select * {places['postgres']} {is_hers}")
        return found | ({"postgres"} if on_server else set())

    def own_tables() -> int:
        [(count,)] = warehouse.query(f"select count(*) from base_leads where lead_id = '{her}'")
        return count

    assert where() == set(places)
    another = "not the one"
    code, said = forget(database.url(password=another))
    assert code == 1, said
    assert "Published to folder published: she is erased." in said
    assert f"Published to schema leadhouse of {database.name} on " in said
    assert said.count("she is NOT erased. The PostgreSQL server cannot be used") == 2
    assert "give the same command again" in said
    assert another not in said
    assert where() == {"postgres", "ducklake"}
    assert own_tables() == 0
    ended = "select ended_at is not null, destinations from main_operations.erasures"
    [(is_ended, destinations)] = warehouse.query(ended)
    assert not is_ended
    assert her not in destinations
    assert len(warehouse.query("from main_operations.unfinished_erasures")) == 1

    code, said = forget(database.url())
    assert code == 0, said
    assert where() == set()
    [(is_ended, destinations)] = warehouse.query(ended)
    assert is_ended
    assert set(json.loads(destinations).values()) == {"erased"}
    assert not warehouse.query("from main_operations.unfinished_erasures")
