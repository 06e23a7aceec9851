"""What is not a model as training stored it is refused, in a sentence, before it is run."""

import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import onnx
import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from leadhouse.learning.calibration import BetaCalibration, IsotonicCalibration, LineCalibration
from leadhouse.learning.graph import background, build_graph, recalibrate, stamp
from leadhouse.learning.margins import Linear, MarginParts
from leadhouse.learning.trees import Condition, Leaf, Split
from leadhouse.scoring import checks
from leadhouse.scoring.checks import check_graph
from leadhouse.scoring.onnx_format import FIELDS, OPERATORS
from leadhouse.scoring.schema import Feature, FeatureSchema, ModelRefusedError
from leadhouse.scoring.scorer import Scorer, find_fault
from tests.registry.conftest import ROWS

ROW, OTHER = ROWS["second"], ROWS["first"]


def rehashed(graph: bytes) -> dict:
    """The row with other bytes, by someone who knows of the hash."""
    return ROW | {"onnx": graph, "onnx_sha256": hashlib.sha256(graph).hexdigest()}


def changed(change: Callable[[onnx.ModelProto], object]) -> dict:
    model = onnx.load_from_string(ROW["onnx"])
    change(model)
    return rehashed(model.SerializeToString())


def test_a_row_as_it_was_stored_scores() -> None:
    assert find_fault(ROW) is None
    assert find_fault(changed(lambda model: None)) is None


@given(st.integers(0, len(ROW["onnx"]) - 1), st.integers(1, 255))
def test_any_byte_that_differs_is_found_by_the_hash(place: int, flip: int) -> None:
    graph = bytearray(ROW["onnx"])
    graph[place] ^= flip
    assert "do not have the SHA-256" in find_fault(ROW | {"onnx": bytes(graph)})


@settings(deadline=None)
@given(st.integers(0, len(ROW["onnx"]) - 1), st.integers(1, 255))
def test_bytes_with_a_hash_of_their_own_score_or_are_refused_and_nothing_else(
    place: int, flip: int
) -> None:
    graph = bytearray(ROW["onnx"])
    graph[place] ^= flip
    row = rehashed(bytes(graph))
    if find_fault(row) is None:
        margin, _ = Scorer.from_row(row).run(np.zeros((3, 4), np.float32))
        assert margin.shape == (3,)


@given(st.integers(0, ROW["onnx"].index(b"model_version") - 1))
def test_a_truncated_graph_is_refused(length: int) -> None:
    assert find_fault(rehashed(ROW["onnx"][:length]))


def test_what_is_too_large_is_not_even_hashed(monkeypatch) -> None:
    monkeypatch.setattr(checks, "hashlib", None)
    for huge in ({"onnx": bytes(checks.MAX_BYTES + 1)}, {"feature_schema": " " * 67_108_865}):
        assert find_fault(ROW | huge) == (
            "The model's graph or its feature schema has a size of 67,108,865, more than the "
            "67,108,864 bytes that either may have."
        )


@pytest.mark.parametrize("column", ["onnx", "feature_schema"])
def test_what_is_missing_is_refused(column: str) -> None:
    for nothing in (None, ROW[column][:0]):
        assert "are missing" in find_fault(ROW | {column: nothing})


def test_what_belongs_to_another_row_is_refused() -> None:
    whole = {name: OTHER[name] for name in ("onnx", "onnx_sha256", "feature_schema")}
    assert find_fault(ROW | whole) == (
        f"The model's graph says that it is '{OTHER['model_version']}', not "
        f"{ROW['model_version']}: the row holds what belongs to another."
    )
    assert "SHA-256" in find_fault(ROW | {"onnx": OTHER["onnx"]})
    assert "SHA-256" in find_fault(ROW | {"onnx_sha256": OTHER["onnx_sha256"]})


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("calibration", LineCalibration(method="platt", slope=0.2, intercept=-3.0).to_json()),
        ("calibration", None),
        ("model_kind", "lightgbm"),
        ("horizon_days", 60),
        ("feature_set_version", "f0"),
    ],
)
def test_a_column_that_is_no_longer_what_the_graph_says_is_refused(column, other) -> None:
    fault = find_fault(ROW | {column: other})
    assert f"as its {column}, the row" in fault
    assert "one of them was changed after training" in fault
    assert len(fault) < 300


def test_a_graph_of_before_need_not_say_its_calibration() -> None:
    def as_before(model: onnx.ModelProto) -> None:
        said = {entry.key: entry.value for entry in model.metadata_props}
        helper.set_model_props(model, {k: v for k, v in said.items() if k != "calibration"})

    assert find_fault(changed(as_before)) is None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"name":"visits"', '"name":"visitors"', "made for another feature schema"),
        ('"pro","team"', '"team","pro"', "made for another feature schema"),
        ('"kind":"number"', '"kind":"category"', "made for another feature schema"),
        ('"kind":"number"', '"kind":"tensor"', "schema cannot be read"),
        ("{", "[", "schema cannot be read"),
    ],
)
def test_another_feature_schema_is_refused(old: str, new: str, sentence: str) -> None:
    text = ROW["feature_schema"]
    assert old in text
    assert sentence in find_fault(ROW | {"feature_schema": text.replace(old, new)})


def identity(domain: str, operator: str, **attributes: object) -> Callable[[onnx.ModelProto], None]:
    """Adds a node to a graph."""
    node = helper.make_node(operator, ["margin"], ["more"], domain=domain, **attributes)
    return lambda model: model.graph.node.append(node)


def external(model: onnx.ModelProto) -> None:
    constant = model.graph.initializer[0]
    constant.ClearField("raw_data")
    constant.data_location = TensorProto.EXTERNAL
    constant.external_data.add(key="location", value="/etc/passwd")


def external_within_an_operator(model: onnx.ModelProto) -> None:
    [trees] = [node for node in model.graph.node if node.op_type == "TreeEnsemble"]
    [tensor] = [a.t for a in trees.attribute if a.name == "leaf_weights"]
    tensor.external_data.add(key="location", value="../weights")


def disguised_subgraph(model: onnx.ModelProto) -> None:
    """A graph in an attribute that says that it is a number."""
    [cast] = [node for node in model.graph.node if node.op_type == "Cast"]
    cast.attribute[0].g.CopyFrom(BODY)


def other_output(model: onnx.ModelProto) -> None:
    model.graph.output[1].name = "margin"


def other_type(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.DOUBLE


BODY = helper.make_graph([], "within", [], [])
FUNCTION = helper.make_function(
    "own", "f", ["x"], ["y"], [helper.make_node("Abs", ["x"], ["y"])], [helper.make_opsetid("", 21)]
)
SPARSE = helper.make_sparse_tensor(
    numpy_helper.from_array(np.ones(1), "s"), numpy_helper.from_array(np.zeros(1, np.int64)), [2]
)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            identity("", "If", then_branch=BODY, else_branch=BODY),
            "operator 'If' of the domain '', which no model",
        ),
        (identity("", "Loop", body=BODY), "operator 'Loop' of the domain ''"),
        (identity("", "Scan", body=BODY), "operator 'Scan' of the domain ''"),
        (identity("com.example", "Abs"), "operator 'Abs' of the domain 'com.example'"),
        (identity("ai.onnx", "Abs"), "operator 'Abs' of the domain 'ai.onnx'"),
        (identity("ai.onnx.ml", "Abs"), "operator 'Abs' of the domain 'ai.onnx.ml'"),
        (identity("", "x" * 10_000), f"operator '{'x' * 59}... of the domain"),
        (identity("", "New\nline\x1b[31m"), r"operator 'New\nline\x1b[31m' of"),
        (disguised_subgraph, "AttributeProto with g, which no model of ours has"),
        (lambda m: m.functions.append(FUNCTION), "ModelProto with functions,"),
        (lambda m: m.training_info.add(), "ModelProto with training_info,"),
        (lambda m: m.graph.sparse_initializer.append(SPARSE), "GraphProto with sparse_initializer"),
        (external, "TensorProto with external_data,"),
        (external_within_an_operator, "TensorProto with external_data,"),
        (lambda m: m.MergeFromString(b"\xc2\x3e\x01x"), "ModelProto with fields that ONNX lacks"),
        (lambda m: setattr(m, "ir_version", 11), "IR version 11"),
        (lambda m: setattr(m.opset_import[0], "version", 22), "opsets"),
        (lambda m: m.opset_import.append(helper.make_opsetid("com.example", 1)), "'com.example'"),
        (lambda m: m.opset_import.append(helper.make_opsetid("", 21)), "opsets"),
        (lambda m: m.ClearField("opset_import"), "opsets"),
        (
            lambda m: m.MergeFromString(b"\x12\x01\xff"),
            "ModelProto whose producer_name is no text.",
        ),
        (lambda m: m.ClearField("graph"), "made for another feature schema"),
        (other_type, "made for another feature schema"),
        (lambda m: m.graph.input.pop(), "made for another feature schema"),
        (other_output, "does not give a margin and a probability"),
        (lambda m: m.graph.output.pop(), "does not give a margin and a probability"),
        (lambda m: m.ClearField("metadata_props"), "made for another feature schema"),
        (lambda m: m.graph.node.pop(), "cannot be run"),
        (lambda m: m.graph.initializer.pop(), "cannot be run"),
    ],
)
def test_a_graph_that_is_none_of_ours_is_refused(change, sentence: str) -> None:
    assert sentence in find_fault(changed(change))


def test_a_graph_that_says_not_which_version_it_is_is_refused() -> None:
    graph = stamp(ROW["onnx"], {"model_version": ""})
    assert "says that it is '', not" in find_fault(rehashed(graph))


SCHEMA = FeatureSchema(
    features=(
        Feature(name="visits", kind="number"),
        Feature(name="plan", kind="category", vocabulary=("pro", "team")),
    )
)
LEAF = Leaf(1.0, 1)
TREES = (
    LEAF,
    Split(0, Condition.LESS_OR_EQUAL, 0.5, True, LEAF, LEAF),
    Split(1, Condition.IS_MEMBER, (1.0, 2.0), False, LEAF, LEAF),
)
ONE = np.ones(1)
LINEAR = Linear(
    intercept=0.5,
    positions=np.array([0]),
    slope=ONE,
    lower=-ONE,
    upper=ONE,
    missing_value=ONE,
    mean=ONE,
)


@pytest.fixture(scope="module")
def graphs() -> list[bytes]:
    """Graphs of all kinds of margin and calibration, at all the stations of a model's life."""
    made = []
    margins = (MarginParts(()), MarginParts(TREES), MarginParts(TREES, LINEAR))
    for parts, calibration in product(
        margins,
        (
            None,
            LineCalibration(),
            BetaCalibration(a=1.0, b=2.0, c=0.0),
            IsotonicCalibration(margins=(-1.0, 1.0), values=(-2.0, 2.0), tail_slope=1.0),
        ),
    ):
        graph = build_graph(SCHEMA, parts, calibration, {"model_kind": "any"})
        stamped = stamp(graph, background(parts) | {"model_version": "v1"})
        made += [graph, stamped]
        if calibration is not None:
            made.append(recalibrate(stamped, 0.1))
    return made


def messages(message: Message) -> Iterator[Message]:
    """A message and all that are within."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for inner in value if field.is_repeated else [value]:
                yield from messages(inner)


def test_all_graphs_that_we_make_pass_and_no_operator_or_field_is_allowed_in_vain(graphs) -> None:
    operators: dict[str, set[str]] = {}
    fields: dict[str, set[str]] = {}
    for graph in graphs:
        model = check_graph(graph, SCHEMA).graph
        for message in messages(model):
            names = {field.name for field, _ in message.ListFields()}
            fields.setdefault(message.DESCRIPTOR.name, set()).update(names)
        for node in model.graph.node:
            operators.setdefault(node.domain, set()).add(node.op_type)
    assert operators == {domain: set(names) for domain, names in OPERATORS.items()}
    assert fields == {name: set(allowed) for name, allowed in FIELDS.items()}


def test_no_allowed_operator_can_hold_a_graph() -> None:
    """By ONNX's own definitions, whatever we write ourselves."""
    holds_graphs = {onnx.defs.OpSchema.AttrType.GRAPH, onnx.defs.OpSchema.AttrType.GRAPHS}
    for domain, names in OPERATORS.items():
        for name in names:
            of_operator = onnx.defs.get_schema(name, domain=domain).attributes.values()
            assert not any(attribute.type in holds_graphs for attribute in of_operator), name


def test_a_graph_of_another_schema_of_the_same_names_is_refused(graphs) -> None:
    features = [feature.model_dump() for feature in SCHEMA.features]
    features[1]["vocabulary"] = ["pro", "free"]
    other = FeatureSchema.from_json(json.dumps({"features": features}))
    with pytest.raises(ModelRefusedError, match="another feature schema"):
        check_graph(graphs[0], other)
