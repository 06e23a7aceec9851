"""What a row of `lead_models` has to prove before ONNX Runtime is given its bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import onnx
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from leadhouse.scoring.onnx_format import (
    FIELDS,
    IR_VERSION,
    OPERATORS,
    OPSETS,
    graph_inputs,
    graph_outputs,
)
from leadhouse.scoring.schema import FeatureSchema, ModelRefusedError

# Under no hash in the row, and so said by the graph as well (by older ones not all of it).
_SAID_TWICE = ("model_kind", "horizon_days", "feature_set_version", "calibration")
# Of a row, what makes it a model.
ROW_COLUMNS = ("model_version", "onnx", "onnx_sha256", "feature_schema", *_SAID_TWICE)
# 600 trees of depth 6 over 300 features have 0.8 million.
MAX_BYTES = 64 * 2**20

_LONGEST_QUOTE = 60


@dataclass(frozen=True)
class CheckedModel:
    """A graph that may be run.

    Attributes:
        graph: as ONNX reads it; not to be changed.
        schema: of the features that it takes.
        metadata: what it says of itself.
    """

    graph: onnx.ModelProto
    schema: FeatureSchema
    metadata: dict[str, str]


def check_row(row: Mapping[str, Any]) -> CheckedModel:
    """Checks a row of `lead_models`, the cheapest and safest first.

    Its bytes are few enough and have the hash that was stored with them; they are a graph as
    `check_graph` wants it; and the graph says of itself what the row says, so that what was taken
    over from another row, whole and with its hash, is refused too.

    Args:
        row: with `ROW_COLUMNS` among its keys.

    Raises:
        ModelRefusedError: it does not pass.
    """
    graph, text = row["onnx"], row["feature_schema"]
    if not graph or not text:
        raise ModelRefusedError("The model's bytes or its feature schema are missing.")
    _check_size(graph)
    _check_size(text)
    if hashlib.sha256(graph).hexdigest() != row["onnx_sha256"]:
        raise ModelRefusedError(
            "The model's bytes do not have the SHA-256 that was stored with them; "
            "they were changed after training."
        )
    try:
        schema = FeatureSchema.from_json(text)
    except ValueError as error:
        raise ModelRefusedError("The model's feature schema cannot be read.") from error
    model = check_graph(graph, schema)
    version = model.metadata.get("model_version", "")
    if version != row["model_version"]:
        raise ModelRefusedError(
            f"The model's graph says that it is {_quoted(version)}, not {row['model_version']}: "
            "the row holds what belongs to another."
        )
    for name in _SAID_TWICE:
        said = "" if row[name] is None else str(row[name])
        told = model.metadata.get(name, said)
        if told != said:
            raise ModelRefusedError(
                f"The model's graph has {_quoted(told)} as its {name}, the row {_quoted(said)}: "
                "one of them was changed after training."
            )
    return model


def check_graph(graph: bytes, schema: FeatureSchema) -> CheckedModel:
    """Checks that a graph is one as `build_graph` makes them, without running any of it.

    It is of the IR version, opsets and operators that we write; has no functions, no graphs within,
    no data in other files nor anything else that ours have not; takes the features, gives margin
    and probability, and was made for this very schema.

    Raises:
        ModelRefusedError: it does not pass.
    """
    _check_size(graph)
    try:
        model = onnx.ModelProto.FromString(graph)
    except DecodeError as error:
        raise ModelRefusedError("The model's bytes are no ONNX graph.") from error
    opsets = [(opset.domain, opset.version) for opset in model.opset_import]
    if model.ir_version != IR_VERSION or opsets != list(OPSETS.items()):
        raise ModelRefusedError(
            f"The model's graph is of ONNX IR version {model.ir_version} and of the opsets "
            f"{_quoted(opsets)}; models of ours are of {IR_VERSION} and {list(OPSETS.items())}."
        )
    for node in model.graph.node:
        if node.op_type not in OPERATORS.get(node.domain, ()):
            raise ModelRefusedError(
                f"The model's graph uses the operator {_quoted(node.op_type)} of the domain "
                f"{_quoted(node.domain)}, which no model of ours does."
            )
    _check_fields(model)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    takes, gives = list(model.graph.input), list(model.graph.output)
    if takes != graph_inputs(schema) or metadata.get("feature_schema_sha256") != schema.sha256:
        raise ModelRefusedError("The model's graph was made for another feature schema.")
    if gives != graph_outputs():
        raise ModelRefusedError("The model's graph does not give a margin and a probability.")
    return CheckedModel(model, schema, metadata)


def _check_size(part: bytes | str) -> None:
    if len(part) > MAX_BYTES:
        raise ModelRefusedError(
            f"The model's graph or its feature schema has a size of {len(part):,}, more than the "
            f"{MAX_BYTES:,} bytes that either may have."
        )


def _check_fields(message: Message) -> None:
    name = message.DESCRIPTOR.name
    if len(UnknownFieldSet(message)):
        raise ModelRefusedError(f"The model's graph has a {name} with fields that ONNX lacks.")
    for field, value in message.ListFields():
        if field.name not in FIELDS.get(name, ()):
            raise ModelRefusedError(
                f"The model's graph has a {name} with {field.name}, which no model of ours has."
            )
        values = value if field.is_repeated else [value]
        if field.type == field.TYPE_MESSAGE:
            for inner in values:
                _check_fields(inner)
        # What is not UTF-8, protobuf hands over as bytes.
        elif field.type == field.TYPE_STRING and any(isinstance(text, bytes) for text in values):
            raise ModelRefusedError(
                f"The model's graph has a {name} whose {field.name} is no text."
            )


def _quoted(value: object) -> str:
    """What others wrote, fit for a sentence: short, and without control characters."""
    quote = repr(value)
    return quote if len(quote) <= _LONGEST_QUOTE else f"{quote[:_LONGEST_QUOTE]}..."
