"""Who scores: promotions, rollbacks, and what is refused."""

import subprocess
import sys

import duckdb
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.registry import list_models, promotions
from tests.registry.conftest import AS_OF, version


def run(warehouse, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["models", *arguments, "--database", str(warehouse)])
    return done.exit_code, " ".join((done.output + done.stderr).split())


def decisions(warehouse) -> list[tuple]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.execute(
            "select * exclude (decided_at) from main_operations.model_decisions order by decided_at"
        ).fetchall()


def champion(warehouse) -> str:
    with duckdb.connect(warehouse, read_only=True) as connection:
        return promotions(connection)[0]["model_version"]


def test_what_is_promoted_scores_from_the_next_build_on(warehouse):
    code, said = run(warehouse, "promote", version("challenger"), "--reason", "It won the pilot.")
    assert code == 0
    assert "from the next build on" in said
    assert decisions(warehouse) == [
        (version("challenger"), "promote", AS_OF, 7, "It won the pilot."),
    ]
    with duckdb.connect(warehouse, read_only=True) as connection:
        models = {model["model_version"]: model for model in list_models(connection)}
    assert [v for v, model in models.items() if model["is_next"]] == [version("challenger")]
    assert [v for v, model in models.items() if model["scores"]] == [version("recalibrated")]
    assert models[version("challenger")]["decisions"] == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tried", "may not score, its role is evaluation"),
        ("refused", "may not score, its role is refused: The refused of run 4."),
        ("recalibrated", "is the champion already"),
        ("other horizon", "predicts 60 days ahead; this warehouse asks for 30"),
        ("other features", "reads the features f0; this warehouse has f1"),
        ("later", "was trained as of 2026-11-26 06:00:00, later than the warehouse"),
        ("tampered", "do not have the SHA-256"),
    ],
)
def test_what_may_not_score_is_refused_in_a_sentence(warehouse, name, sentence):
    code, said = run(warehouse, "promote", version(name), "--reason", "I like it.")
    assert code == 2
    assert sentence in said
    assert decisions(warehouse) == []


def test_an_unknown_version_or_an_empty_reason_is_refused(warehouse):
    code, said = run(warehouse, "promote", "20200101T0000_abcdef", "--reason", "I like it.")
    assert (code, decisions(warehouse)) == (2, [])
    assert "There is no model 20200101T0000_abcdef" in said
    code, said = run(warehouse, "promote", version("challenger"), "--reason", " ")
    assert (code, decisions(warehouse)) == (2, [])
    assert "A reason is wanted" in said
    assert run(warehouse, "promote", version("challenger"))[0] == 2


def test_rollback_goes_to_the_model_that_scored_before_and_twice_comes_back(warehouse):
    code, said = run(warehouse, "rollback")
    assert code == 0
    assert said.startswith(version("second"))
    assert decisions(warehouse)[0][-1] == f"Back from {version('recalibrated')}."
    assert run(warehouse, "rollback", "--reason", "No, it was right.")[0] == 0
    assert champion(warehouse) == version("recalibrated")
    assert [row[:2] for row in decisions(warehouse)] == [
        (version("second"), "rollback"),
        (version("recalibrated"), "rollback"),
    ]
    assert run(warehouse, "promote", version("first"), "--reason", "Try the oldest.")[0] == 0
    assert run(warehouse, "rollback")[0] == 0
    assert champion(warehouse) == version("recalibrated")


def tamper(warehouse, *names: str) -> None:
    with duckdb.connect(warehouse) as connection:
        for name in names:
            connection.execute(
                "update lead_models set onnx = onnx || 'x'::blob where model_version = ?",
                [version(name)],
            )


def test_a_refused_model_is_passed_over_and_said_to_be(warehouse):
    tamper(warehouse, "recalibrated")
    with duckdb.connect(warehouse, read_only=True) as connection:
        models = {model["model_version"]: model for model in list_models(connection)}
    assert [v for v, model in models.items() if model["is_next"]] == [version("second")]
    assert {v for v, model in models.items() if model["fault"]} == {
        version("recalibrated"),
        version("tampered"),
    }
    listed = run(warehouse, "list")[1]
    assert f"! {version('recalibrated')}" in listed
    assert f"> {version('second')}" in listed
    code, said = run(warehouse, "show", version("recalibrated"))
    assert code == 0
    assert "refused The model's bytes do not have the SHA-256" in said
    # The way back begins at the model that scores, and leads to one that can.
    assert run(warehouse, "rollback")[0] == 0
    assert champion(warehouse) == version("first")


def test_where_the_rest_is_refused_there_is_no_way_back(warehouse):
    tamper(warehouse, "first", "second")
    code, said = run(warehouse, "rollback")
    assert (code, decisions(warehouse)) == (2, [])
    assert "No other model has scored before that still can" in said


@pytest.mark.parametrize("schema", ["'none'", "null"])
def test_a_schema_that_cannot_be_read_is_told(warehouse, schema):
    with duckdb.connect(warehouse) as connection:
        connection.execute(f"update lead_models set feature_schema = {schema}")
    code, said = run(warehouse, "show", version("first"))
    assert code == 0
    assert "features They cannot be read." in said
    assert run(warehouse, "list")[0] == 0


def test_without_an_earlier_model_there_is_no_way_back(warehouse):
    with duckdb.connect(warehouse) as connection:
        connection.execute(
            "delete from lead_models where model_version != ?", [version("recalibrated")]
        )
    code, said = run(warehouse, "rollback")
    assert code == 2
    assert "No other model has scored before" in said


def test_a_warehouse_in_use_gives_a_sentence(warehouse):
    holds = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        for command in (["list"], ["promote", version("challenger"), "--reason", "Now."]):
            code, said = run(warehouse, *command)
            assert code == 2
            assert "is in use by another program" in said
        holder.communicate("\n")
    assert run(warehouse, "list")[0] == 0


def test_a_warehouse_that_was_not_built_gives_a_sentence(tmp_path):
    duckdb.connect(tmp_path / "empty.duckdb").close()
    (tmp_path / "text.duckdb").write_text("This is not a database. " * 1000)
    for name in ("none", "empty", "text"):
        code, said = run(tmp_path / f"{name}.duckdb", "list")
        assert code == 2
        assert f"{name}.duckdb" in said
