"""An exported model scores the same elsewhere, and its folder is whole or is not there."""

import hashlib
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.scoring.scorer import Scorer
from tests.registry.conftest import ROWS, version

LEADS = [
    {"lead_id": "a", "visits": 3.0, "seniority": "vp", "x_numbers": {"x_seats": 11.0}},
    {"lead_id": "b", "visits": None, "seniority": None, "x_categories": {"x_plan": "team"}},
    {"lead_id": "c", "visits": 2.0, "seniority": "unheard of", "x_categories": {"x_plan": "x"}},
    {"lead_id": "d", "visits": 9.0, "seniority": "vp", "x_numbers": {}, "x_categories": None},
]
FEATURES = pa.RecordBatch.from_pylist(
    [
        lead
        | {name: list((lead.get(name) or {}).items()) for name in ("x_numbers", "x_categories")}
        for lead in LEADS
    ],
    schema=pa.schema(
        {
            "lead_id": pa.string(),
            "visits": pa.float32(),
            "seniority": pa.string(),
            "x_numbers": pa.map_(pa.string(), pa.float32()),
            "x_categories": pa.map_(pa.string(), pa.string()),
        }
    ),
)


def export(warehouse, out: Path, name: str = "second") -> tuple[int, str]:
    done = CliRunner().invoke(
        app, ["models", "export", version(name), "--out", str(out), "--database", str(warehouse)]
    )
    return done.exit_code, done.output + done.stderr


def snippets(out: Path) -> list[str]:
    """The Python in the README: for plain Python, and for Spark."""
    return re.findall(r"```python\n(.*?)```", (out / "README.md").read_text(), re.DOTALL)


@pytest.fixture
def out(warehouse, tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "deep" / "export"
    code, said = export(warehouse, folder)
    assert code == 0, said
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def expected() -> np.ndarray:
    row = ROWS["second"]
    scorer = Scorer.from_row(row)
    probability = scorer.score(FEATURES)[1]
    assert len({*probability}) == len(LEADS)
    return probability


def test_the_files_are_the_model_its_inputs_and_their_use(out):
    row = ROWS["second"]
    graph = (out / f"{version('second')}.onnx").read_bytes()
    assert hashlib.sha256(graph).hexdigest() == row["onnx_sha256"]
    described = json.loads((out / f"{version('second')}.features.json").read_text())
    assert described["inputs"] == [
        {"name": "visits", "type": "float32", "vocabulary": [], "is_custom": False},
        {"name": "seniority", "type": "string", "vocabulary": ["vp"], "is_custom": False},
        {"name": "x_seats", "type": "float32", "vocabulary": [], "is_custom": True},
        {"name": "x_plan", "type": "string", "vocabulary": ["pro", "team"], "is_custom": True},
    ]
    assert described["model_version"] == version("second")
    assert "$" not in (out / "README.md").read_text()
    assert len(list(out.iterdir())) == 3


def test_plain_python_scores_the_same(out, expected, capsys):
    names: dict = {}
    exec(snippets(out)[0], names)  # noqa: S102
    assert capsys.readouterr().out.startswith("[")
    np.testing.assert_array_equal(names["score"](LEADS), expected)


def test_what_spark_calls_scores_the_same(out, expected, monkeypatch):
    """Spark itself is not installed here; its workers hand the function Arrow batches."""
    added = []
    context = SimpleNamespace(addFile=added.append)
    files = SimpleNamespace(get=lambda name: str(out / name))
    monkeypatch.setitem(sys.modules, "pyspark", SimpleNamespace(SparkFiles=files))
    features = SimpleNamespace(mapInArrow=lambda function, schema: (function, schema))
    names: dict = {"spark": SimpleNamespace(sparkContext=context), "features": features}
    exec(snippets(out)[1], names)  # noqa: S102
    assert {*added} == {entry.name for entry in out.iterdir()} - {"README.md"}
    function, schema = names["scores"]
    assert schema == "lead_id string, probability double"
    batches = [FEATURES.slice(0, 3), FEATURES.slice(3, 0), FEATURES.slice(3)]
    scores = pa.Table.from_batches(function(iter(batches)))
    assert scores["lead_id"].to_pylist() == [lead["lead_id"] for lead in LEADS]
    np.testing.assert_array_equal(scores["probability"].to_numpy(), expected)


def test_the_same_export_again_is_no_harm_and_nothing_else_is_touched(warehouse, out):
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    assert export(warehouse, out)[0] == 0
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    code, said = export(warehouse, out, "first")
    assert code == 2
    assert "holds other files" in said
    (out / "notes.txt").write_text("mine")
    assert export(warehouse, out)[0] == 2
    assert (out / "notes.txt").read_text() == "mine"
    assert [entry.name for entry in out.parent.iterdir()] == [out.name]


def test_a_tampered_model_or_a_file_in_the_way_is_refused(warehouse, tmp_path):
    code, said = export(warehouse, tmp_path / "new", "tampered")
    assert code == 2
    assert "is refused: The model's bytes do not have the SHA-256" in " ".join(said.split())
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").write_text("mine")
    code, said = export(warehouse, tmp_path / "file")
    assert code == 2
    assert "is a file; an export wants a folder" in said
    assert (tmp_path / "file").read_text() == "mine"
