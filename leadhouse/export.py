"""A model as files: its graph, what it is to be given, and how it is used elsewhere."""

import json
import tempfile
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from leadhouse.database import WarehouseError
from leadhouse.registry import load_model
from leadhouse.scoring.onnx_format import OPSETS
from leadhouse.scoring.schema import FeatureSchema

# 1.20 refuses the operator TreeEnsemble.
_FIRST_RUNTIME = "1.21"
_TYPES = {"number": "float32", "category": "string"}
_IDENTITY = ("model_version", "model_kind", "horizon_days", "feature_set_version", "onnx_sha256")


def export_model(model: dict[str, Any], out: Path) -> list[Path]:
    """Writes a model to a folder: all its files or none.

    Args:
        model: a row of `lead_models`.
        out: a folder that is new, empty, or holds the same export; its parents are made.

    Returns:
        what was written: `<version>.onnx`; `<version>.features.json`, its inputs with types and
        known categories; and `README.md`, how to use it from Python, Spark and BigQuery.

    Raises:
        WarehouseError: the row is not what training stored, or there is something else at `out`.
        OSError: the folder cannot be written.
    """
    schema = load_model(model).schema
    version = model["model_version"]
    contents = {
        f"{version}.onnx": model["onnx"],
        f"{version}.features.json": _description(model, schema).encode(),
        "README.md": _readme(model, schema).encode(),
    }
    out = out.resolve()
    _check_place(out, contents)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as scratch:
        new = Path(scratch, "new")
        new.mkdir()
        for name, content in contents.items():
            Path(new, name).write_bytes(content)
        if out.exists():
            out.rename(Path(scratch, "old"))
        new.rename(out)
    return [out / name for name in contents]


def _description(model: dict[str, Any], schema: FeatureSchema) -> str:
    inputs = [
        {
            "name": feature.name,
            "type": _TYPES[feature.kind],
            "vocabulary": feature.vocabulary,
            "is_custom": feature.is_custom,
        }
        for feature in schema.features
    ]
    outputs = [{"name": name, "type": "float64"} for name in ("margin", "probability")]
    description = {name: model[name] for name in _IDENTITY} | {"inputs": inputs, "outputs": outputs}
    return json.dumps(description, indent=1) + "\n"


def _readme(model: dict[str, Any], schema: FeatureSchema) -> str:
    template = files("leadhouse").joinpath("export_readme.md").read_text()
    return Template(template).substitute(
        {name: model[name] for name in _IDENTITY},
        count_features=len(schema),
        count_categories=len(schema.category_positions),
        opset=OPSETS[""],
        ml_opset=OPSETS["ai.onnx.ml"],
        first_runtime=_FIRST_RUNTIME,
        size=f"{len(model['onnx']) / 1e6:.2f} MB",
    )


def _check_place(out: Path, contents: dict[str, bytes]) -> None:
    if out.exists() and not out.is_dir():
        raise WarehouseError(f"{out} is a file; an export wants a folder.")
    if out.is_dir() and any(
        entry.name not in contents or entry.read_bytes() != contents[entry.name]
        for entry in out.iterdir()
    ):
        raise WarehouseError(f"{out} holds other files; name a new or an empty folder.")
