"""A champion that is no longer what was trained: the one before scores on, and it is told."""

import shutil

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from tests.conftest import Warehouse
from tests.syncing.loopback import Receiver

pytestmark = pytest.mark.slow


def change(warehouse: Warehouse, statement: str, *values: object) -> None:
    with duckdb.connect(warehouse.database) as connection:
        connection.execute(statement, values)


@pytest.fixture(scope="module")
def versions(demo_warehouse) -> tuple[str, str, str]:
    """The model that scores; one to be promoted over it; and one that the figures need."""
    [(trained,)] = demo_warehouse.query("select model_version from int_champion")
    tried = dict(
        demo_warehouse.query(
            "select model_kind, model_version from lead_models where role = 'evaluation'"
        )
    )
    return trained, tried["logistic"], tried["rules"]


@pytest.fixture(scope="module")
def tampered(demo_warehouse, demo_raw, versions, tmp_path_factory) -> Warehouse:
    """Two champions, of which the newer was given the bytes, hash and schema of another model; and
    of what was tried, one has a byte more."""
    _, promoted, tried = versions
    warehouse = Warehouse(tmp_path_factory.mktemp("tampered"))
    shutil.copy(demo_warehouse.database, warehouse.database)
    # What was fitted to be tried is as good as a challenger.
    for table in ("trained_models", "lead_models"):
        statement = f"update {table} set role = 'challenger' where model_version = ?"
        change(warehouse, statement, promoted)
    promote = ["models", "promote", promoted, "--reason", "Sales asked for it."]
    done = CliRunner().invoke(app, [*promote, "--database", str(warehouse.database)])
    assert done.exit_code == 0, done.output
    change(
        warehouse,
        """
        update trained_models set
            onnx = other.onnx, onnx_sha256 = other.onnx_sha256,
            feature_schema = other.feature_schema
        from (select * from trained_models where model_version = ?) as other
        where trained_models.model_version = ?
        """,
        *(tried, promoted),
    )
    change(
        warehouse,
        "update trained_models set onnx = onnx || 'x'::blob where model_version = ?",
        tried,
    )
    return warehouse.build(demo_raw)


def test_the_model_before_scores_as_it_did(tampered, demo_warehouse, versions):
    trained, *_ = versions
    scores = "select lead_id, score, conversion_probability, model_version from lead_scores"
    assert tampered.query(f"{scores} order by all") == demo_warehouse.query(
        f"{scores} order by all"
    )
    assert tampered.query("select distinct model_version from lead_score_reasons") == [(trained,)]


def test_each_refused_model_is_an_alert(tampered, versions):
    trained, promoted, tried = versions
    alerts = tampered.query(
        "select model_version, role, is_passed_over, scored_by_model_version, problem"
        " from model_alerts order by is_passed_over desc"
    )
    assert [alert[:4] for alert in alerts] == [
        (promoted, "challenger", True, trained),
        (tried, "evaluation", False, trained),
    ]
    assert f"says that it is '{tried}', not {promoted}" in alerts[0][4]
    assert "do not have the SHA-256" in alerts[1][4]
    assert tampered.query("select distinct as_of from model_alerts") == tampered.query(
        "select as_of from run_context"
    )


def test_each_is_posted_once(tampered, versions, tmp_path, monkeypatch):
    trained, *refused = versions
    database = shutil.copy(tampered.database, tmp_path)
    with Receiver() as channel:
        monkeypatch.setenv("LEADHOUSE_ALERTS_URL", channel.url)
        for count in (2, 0):
            done = CliRunner().invoke(app, ["alerts", "--database", str(database)])
            assert done.exit_code == 0, done.output
            assert f"alerts: {count} alerts were due" in done.output
        texts = sorted(request.json["text"] for request in channel.requests)
    for text, version in zip(texts, sorted(refused), strict=True):
        assert text.startswith(f"Model {version} is refused, and {trained} scores: The model")


def test_what_was_tried_and_is_refused_is_left_out_of_the_figures(tampered, demo_warehouse):
    contestants = "select distinct contestant from model_evaluation where split = 'forward'"
    before = set(demo_warehouse.query(contestants))
    assert set(tampered.query(contestants)) == before - {("rules",), ("logistic",)}


def test_what_is_published_is_whole_and_tells_it(tampered):
    readers = tampered.folder / "leadhouse_published" / "leadhouse.duckdb"
    with duckdb.connect(readers, read_only=True) as published:
        for table in ("lead_scores", "lead_score_reasons", "model_alerts", "lead_models"):
            query = f"select * from {table} order by all"
            assert published.execute(query).fetchall() == tampered.query(query)


def test_the_build_warns_in_the_sentence_and_mended_it_does_not(
    tampered, demo_warehouse, demo_raw, versions, tmp_path
):
    _, promoted, tried = versions
    mended = Warehouse(tmp_path)
    shutil.copy(tampered.database, mended.database)
    alerts = ("--select", "lead_models", "int_promotions", "int_champion", "int_tried_models")
    arguments = ("build", *alerts, "model_alerts", "--exclude-resource-type", "unit_test")
    said = mended.dbt(*arguments, raw_dir=demo_raw).stdout
    assert f"- {promoted}: The model's graph says that it is '{tried}'" in said
    with duckdb.connect(mended.database) as connection:
        connection.execute(f"attach '{demo_warehouse.database}' as before (read_only)")
        connection.execute(
            """
            update trained_models set
                onnx = other.onnx, onnx_sha256 = other.onnx_sha256,
                feature_schema = other.feature_schema
            from before.trained_models as other
            where trained_models.model_version = other.model_version
            """
        )
    said = mended.dbt(*arguments, raw_dir=demo_raw).stdout
    assert "Models are refused" not in said
    assert mended.query("select * from model_alerts") == []
    assert mended.query("select model_version from int_champion") == [(promoted,)]


def test_where_no_model_is_left_the_build_ends_in_a_sentence(
    demo_warehouse, demo_raw, versions, tmp_path
):
    trained, *_ = versions
    warehouse = Warehouse(tmp_path)
    shutil.copy(demo_warehouse.database, warehouse.database)
    change(warehouse, "update trained_models set onnx = null, feature_schema = 'none'")
    before = warehouse.query("select * from lead_scores order by all")
    done = warehouse.dbt(
        *("build", "--select", "trained_models+", "--exclude-resource-type", "unit_test"),
        *("--vars", "{retrain: never}"),
        raw_dir=demo_raw,
    )
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert f"No model that was promoted can score. {trained} is refused: The model's" in said
    assert "docs/models.md" in said
    assert warehouse.query("select * from lead_scores order by all") == before
