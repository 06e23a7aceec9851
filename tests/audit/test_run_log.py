"""The run log against what dbt itself writes of its runs: those that end well, and all others."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pytest

from tests.conftest import BIN, PROJECT, Warehouse
from tests.inputs.worlds import GOOD_ROWS, write_world

pytestmark = pytest.mark.slow

# Little to build, with failures that are easily had, and the log.
SELECTED = ("--select", "staging", "run_log", "run_log_inputs", "run_log_phases")
PASSWORD = "open sesame 7"  # noqa: S105


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    unusable = GOOD_ROWS["leads"] | {"lead_id": ""}
    folder = tmp_path_factory.mktemp("audit") / "raw"
    return write_world(folder, leads=[GOOD_ROWS["leads"], unusable])


@pytest.fixture(scope="module")
def logged(raw: Path) -> Warehouse:
    """A warehouse with a run that ended well, and what dbt wrote of it."""
    warehouse = Warehouse(raw.parent / "warehouse")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LEADHOUSE_POSTGRES_URL", f"postgresql://me:{PASSWORD}@nowhere/db")
        environment.setenv("HUBSPOT_TOKEN", PASSWORD)
        given = json.dumps({"seed": 5, "undeclared": PASSWORD})
        done = warehouse.dbt("build", *SELECTED, "--vars", given, raw_dir=raw)
    assert done.returncode == 0, done.stdout
    return warehouse


def run_results(warehouse: Warehouse) -> dict:
    """What dbt wrote of its last run, without the hooks, which are no nodes."""
    written = json.loads((warehouse.folder / "target" / "run_results.json").read_text())
    nodes = json.loads((warehouse.folder / "target" / "manifest.json").read_text())["nodes"]
    written["nodes"] = {
        of["unique_id"]: of
        for of in written["results"]
        if not of["unique_id"].startswith("operation.")
    }
    for unique_id, of in written["nodes"].items():
        of["path"] = nodes.get(unique_id, {}).get("original_file_path", "")
    return written


def last_run(warehouse: Warehouse) -> dict:
    with duckdb.connect(warehouse.database, read_only=True) as connection:
        [run] = (
            connection.execute("from run_log order by run_id desc limit 1")
            .to_arrow_table()
            .to_pylist()
        )
    return run


def test_a_run_is_logged_with_the_figures_of_dbt(logged: Warehouse, raw: Path) -> None:
    written = run_results(logged)
    metadata = written["metadata"]
    run = last_run(logged)
    assert run["invocation_id"] == metadata["invocation_id"]
    assert run["run_id"].endswith(f"-{metadata['invocation_id'][:8]}")
    assert run["dbt_version"] == metadata["dbt_version"]
    assert (run["outcome"], run["failures"]) == ("success", [])
    # dbt's clock of a run begins a moment before its hooks, and ends with its last.
    assert metadata["invocation_started_at"].startswith(f"{run['began_at']:%Y-%m-%dT%H:%M:%S}")
    assert (
        0
        < run["seconds"]
        == pytest.approx((run["ended_at"] - run["began_at"]).total_seconds(), abs=2e-3)
    )

    kinds = Counter(
        (of["unique_id"].split(".")[0], of["status"]) for of in written["nodes"].values()
    )
    assert run["count_models_built"] == kinds["model", "success"] > 20
    assert run["count_tests_passed"] == kinds["test", "pass"] + kinds["unit_test", "pass"] > 20
    assert (run["count_tests_warned"], run["count_tests_failed"]) == (kinds["test", "warn"], 0)

    [(as_of, rejected)] = logged.query(
        "select any_value(as_of), (select count(*) from rejected_rows) from run_context"
    )
    assert (run["as_of"], run["count_rejected_rows"]) == (as_of, rejected)
    assert rejected == 1
    assert (run["count_scored_leads"], run["model_version"]) == (None, None)
    assert logged.query("select run_id, started_at from run_context") == [
        (run["run_id"], run["began_at"])
    ]

    account = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True)
    assert run["account_name"] == account.stdout.strip()
    assert run["duckdb_version"] == duckdb.__version__
    commit = subprocess.run(
        ["git", "-C", PROJECT, "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    assert run["git_revision"] == (commit.stdout.strip() or None)
    assert run["inputs_from"] == str(raw)
    assert json.loads(run["options"]) == {"select": list(SELECTED[1:])}


def test_phases_take_what_dbt_says_that_their_nodes_took(logged: Warehouse) -> None:
    seconds: dict[str, float] = defaultdict(float)
    nodes: dict[str, int] = defaultdict(int)
    for unique_id, of in run_results(logged)["nodes"].items():
        kind = unique_id.split(".")[0]
        phase = of["path"].split("/")[1] if kind == "model" else f"{kind}s"
        seconds[phase] += of["execution_time"]
        nodes[phase] += 1
    phases = logged.query(
        "select phase, seconds, count_nodes, count_failed, count_skipped from run_log_phases"
    )
    assert {"staging", "audit", "tests"} <= {phase for phase, *_ in phases} == seconds.keys()
    for phase, took, count, failed, skipped in phases:
        assert took == pytest.approx(seconds[phase])
        assert (count, failed, skipped) == (nodes[phase], 0, 0)


def test_files_are_logged_by_their_contents(logged: Warehouse, raw: Path) -> None:
    rows = logged.query("select source_file, sha256, count_rows, first_read_at from run_log_inputs")
    began_at = last_run(logged)["began_at"]
    assert sorted(rows) == [
        (file.name, hashlib.sha256(file.read_bytes()).hexdigest(), count_rows, began_at)
        for file, count_rows in zip(sorted(raw.iterdir()), (1, 2, 1), strict=True)
    ]


def test_no_secret_and_no_row_of_the_input_is_logged(logged: Warehouse) -> None:
    tables = logged.query(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_name in ('runs', 'run_inputs', 'run_results') or table_name like 'run_log%'"
    )
    assert len(tables) == 6
    for (table,) in tables:
        text = str(logged.query(f"from {table}"))
        for word in (PASSWORD, "undeclared", "ada@example.com"):
            assert word not in text, table
    assert json.loads(last_run(logged)["variables"]) == {"seed": 5}


@pytest.fixture
def again(logged: Warehouse, tmp_path: Path) -> Warehouse:
    """A copy of the warehouse, for a run that does not end well."""
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.folder.mkdir()
    shutil.copy(logged.database, warehouse.database)
    return warehouse


def build(warehouse: Warehouse, raw: Path, *arguments: str) -> int:
    tested = ("--exclude-resource-type", "test", "unit_test")
    return warehouse.dbt("build", *SELECTED, *tested, *arguments, raw_dir=raw).returncode


def test_runs_that_fail_and_runs_that_are_stopped(again: Warehouse, raw: Path) -> None:
    assert build(again, raw, "--vars", "{as_of: 1971-01-01}") != 0
    run = last_run(again)
    assert (run["outcome"], run["failures"]) == ("failed", ["run_context"])
    assert json.loads(run["variables"]) == {"as_of": "1971-01-01"}
    assert (run["as_of"], run["count_rejected_rows"]) == (None, None)
    written = run_results(again)["nodes"].values()
    assert run["count_skipped"] == sum(of["status"] == "skipped" for of in written) > 0
    assert again.query(
        f"select count_failed from run_log_phases where run_id = '{run['run_id']}'"
        " and phase = 'staging'"
    ) == [(1,)]

    bad = shutil.copytree(raw, again.folder / "bad")
    (bad / "leads.csv").write_text("lead_id,created_at\nl1,2025-01-01,too many\n")
    assert build(again, bad) != 0
    run = last_run(again)
    assert run["outcome"] == "stopped"
    assert run["ended_at"] > run["began_at"]
    assert (run["inputs_from"], run["count_inputs"], run["count_models_built"]) == (str(bad), 0, 0)
    outcomes = again.query("select outcome from run_log order by run_id")
    assert outcomes == [("success",), ("failed",), ("stopped",)]


def test_a_run_that_is_killed_has_begun_and_never_ended(again: Warehouse, raw: Path) -> None:
    environment = os.environ | {
        "LEADHOUSE_DATABASE": str(again.database),
        "LEADHOUSE_RAW_DIR": str(raw),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(again.folder / "target"),
        "DBT_LOG_PATH": str(again.folder / "logs"),
        "DBT_USE_COLORS": "false",
    }
    with subprocess.Popen(
        [BIN / "dbt", "build", *SELECTED],
        cwd=PROJECT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
    ) as process:
        for line in process.stdout:
            if "OK created" in line:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    run = last_run(again)
    assert (run["outcome"], run["ended_at"], run["seconds"]) == (None, None, None)
    assert run["count_inputs"] == 3

    assert build(again, raw) == 0
    outcomes = again.query("select outcome from run_log order by run_id")
    assert outcomes == [("success",), ("died",), ("success",)]
    # The files were there before: what the first run read is what the others read.
    assert again.query("select count(distinct first_read_at), count(*) from run_log_inputs") == [
        (1, 9)
    ]


def test_what_is_published_has_the_run_that_published_it(
    demo_warehouse: Warehouse, demo_raw: Path, tmp_path: Path
) -> None:
    warehouse = Warehouse(tmp_path / "leadhouse")
    warehouse.folder.mkdir()
    shutil.copy(demo_warehouse.database, warehouse.database)
    [before] = warehouse.query("select run_id, outcome, count_scored_leads from run_log")
    assert before[1:] == (
        "success",
        *warehouse.query("select count(*) from lead_scores")[0],
    )

    def publish(folder: Path) -> int:
        variables = json.dumps({"publish_folder": str(folder)})
        done = warehouse.dbt(
            *("build", "--selector", "publish", "--vars", variables),
            *("--exclude-resource-type", "test", "unit_test"),
            raw_dir=demo_raw,
        )
        return done.returncode

    published = tmp_path / "published"
    assert publish(published) == 0
    [run_folder] = (published / "runs").iterdir()
    with duckdb.connect(published / "leadhouse.duckdb", read_only=True) as connection:
        runs = connection.execute(
            "select run_id, outcome, ended_at is not null from run_log order by run_id"
        ).fetchall()
        told = connection.execute(
            "select distinct run_id from lead_scores union select run_id from lead_score_history"
            " union select run_id from score_runs"
        ).fetchall()
    assert runs == [(before[0], "success", True), (run_folder.name, "success", True)]
    # Published once more, scores are still of the run that told them.
    assert told == [(before[0],)]

    # What cannot be published was stopped, in the end.
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    assert publish(in_the_way) != 0
    run = last_run(warehouse)
    assert run["outcome"] == "stopped"
    assert run["count_scored_leads"] == before[2]
