"""The ONNX graph: raw features in, margin and calibrated probability out."""

import json
import math
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import TensorProto, helper, numpy_helper

import leadhouse
from leadhouse.learning.calibration import (
    BetaCalibration,
    Calibration,
    IsotonicCalibration,
    LineCalibration,
)
from leadhouse.learning.ensemble import leaf_covers, read_trees, tree_ensemble
from leadhouse.learning.margins import Linear, MarginParts
from leadhouse.learning.trees import Leaf, Tree
from leadhouse.scoring.onnx_format import IR_VERSION, OPSETS, graph_inputs, graph_outputs
from leadhouse.scoring.schema import UNSEEN_CODE, FeatureSchema
from leadhouse.scoring.scorer import MATRIX

_SHIFT = "calibration/shift"
_BACKGROUND = "background"


def build_graph(
    schema: FeatureSchema,
    parts: MarginParts,
    calibration: Calibration | None,
    metadata: Mapping[str, str],
) -> bytes:
    """One graph of a margin and its calibration; all that it calculates is double.

    Inputs are named as the features, each of shape (rows, 1): float32 for a number (NaN is
    missing), string for a category (the empty word is missing, and any word that is not in its
    vocabulary is unseen). Outputs are `margin` and `probability`, float64 of shape (rows, 1).

    Args:
        schema: the features, in the order that the parts refer to.
        parts: of the margin; none at all is a margin of 0.
        calibration: None where the margin has no probability; the output is then NaN.
        metadata: kept in the graph beside the schema's hash.

    Returns:
        the serialised model; the same arguments give the same bytes.

    Raises:
        ValueError: the schema has no features.
    """
    if not len(schema):
        raise ValueError("A model needs at least one feature.")

    graph = _Graph()
    matrix = graph.matrix(schema)
    terms = [graph.trees(_trees(parts), matrix)]
    if parts.linear is not None:
        terms.append(graph.linear(parts.linear, matrix))
    margin = graph.node("Sum", terms, "margin")
    if calibration is None:
        graph.node("Mul", [margin, graph.constant("calibration/unknown", math.nan)], "probability")
    else:
        shift = graph.constant(_SHIFT, calibration.shift)
        log_odds = graph.node(
            "Add", [graph.curve(calibration, margin), shift], "calibration/log_odds"
        )
        graph.sigmoid(log_odds, "probability")
    takes, gives = graph_inputs(schema), graph_outputs()
    model = helper.make_model(
        helper.make_graph(graph.nodes, "leadhouse", takes, gives, graph.constants),
        producer_name="leadhouse",
        producer_version=leadhouse.__version__,
        opset_imports=[helper.make_opsetid(*opset) for opset in OPSETS.items()],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(model, {**metadata, "feature_schema_sha256": schema.sha256})
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def background(parts: MarginParts) -> dict[str, str]:
    """Metadata of what the margin is over the training rows, which explains it.

    The graph calculates without: how many rows ended in each leaf, and the means of linear terms.
    """
    return {
        _BACKGROUND: json.dumps(
            {
                "leaf_covers": leaf_covers(_trees(parts)),
                "term_means": [] if parts.linear is None else parts.linear.mean.tolist(),
            }
        )
    }


def read_parts(graph: bytes) -> MarginParts:
    """The parts of which a graph was made that has its background in its metadata.

    Raises:
        ValueError: it has none.
    """
    model = onnx.load_from_string(graph)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    if _BACKGROUND not in metadata:
        raise ValueError(
            "The model was trained before models kept what explains them (the rows behind each "
            "leaf); train a new one, for instance with --vars 'retrain: always'."
        )
    known = json.loads(metadata[_BACKGROUND])
    nodes = {node.output[0]: node for node in model.graph.node}
    trees = read_trees(nodes["trees/sum"], known["leaf_covers"])
    constants = {c.name: numpy_helper.to_array(c) for c in model.graph.initializer}
    if "linear/positions" not in constants:
        return MarginParts(trees)
    linear = Linear(
        intercept=float(constants["linear/intercept"]),
        positions=constants["linear/positions"],
        slope=constants["linear/slope"],
        lower=constants["linear/clipped_lower"],
        upper=constants["linear/clipped_upper"],
        missing_value=constants["linear/missing_value"],
        mean=np.array(known["term_means"], np.float64),
    )
    return MarginParts(trees, linear)


def _trees(parts: MarginParts) -> Sequence[Tree]:
    # The operator wants at least one.
    return parts.trees or [Leaf(0.0)]


def stamp(graph: bytes, metadata: Mapping[str, str]) -> bytes:
    """The same graph with more metadata; a key that it has already takes the new value.

    The same arguments give the same bytes.
    """
    model = onnx.load_from_string(graph)
    known = {entry.key: entry.value for entry in model.metadata_props}
    helper.set_model_props(model, known | dict(metadata))
    return model.SerializeToString(deterministic=True)


def recalibrate(graph: bytes, shift: float) -> bytes:
    """The same graph with all log-odds before the sigmoid moved by `shift`; shifts add up.

    Raises:
        ValueError: the graph has no calibration, as that of rules without outcomes.
    """
    model = onnx.load_from_string(graph)
    for constant in model.graph.initializer:
        if constant.name == _SHIFT:
            moved = numpy_helper.to_array(constant) + shift
            constant.CopyFrom(numpy_helper.from_array(np.asarray(moved), _SHIFT))
            return model.SerializeToString(deterministic=True)
    raise ValueError("The graph has no calibration that could be shifted.")


class _Graph:
    """Nodes in the order of the calculation, with the constants that they need.

    Names within have a slash and do not begin with `x_`, as no feature's does.
    """

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def node(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        """Adds a node and returns the name of its output."""
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: ArrayLike) -> str:
        """Adds a constant and returns its name."""
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def matrix(self, schema: FeatureSchema) -> str:
        """The features as doubles of shape (rows, features), categories as codes."""
        columns = []
        for position, feature in enumerate(schema.features):
            columns.append(
                feature.name
                if feature.kind == "number"
                else self.node(
                    "LabelEncoder",
                    [feature.name],
                    f"features/code_{position}",
                    domain="ai.onnx.ml",
                    keys_strings=["", *feature.vocabulary],
                    values_floats=[math.nan, *range(1, len(feature.vocabulary) + 1)],
                    default_float=float(UNSEEN_CODE),
                )
            )
        as_float = self.node("Concat", columns, MATRIX, axis=1)
        return self.node("Cast", [as_float], "features/double", to=TensorProto.DOUBLE)

    def trees(self, trees: Sequence[Tree], matrix: str) -> str:
        """The sum of trees."""
        attributes = tree_ensemble(trees)
        return self.node("TreeEnsemble", [matrix], "trees/sum", domain="ai.onnx.ml", **attributes)

    def linear(self, linear: Linear, matrix: str) -> str:
        """The sum of terms of numbers, and the intercept."""
        positions = self.constant("linear/positions", linear.positions)
        number = self.node("Gather", [matrix, positions], "linear/number", axis=1)
        size = self.node("Abs", [number], "linear/size")
        log = self.log(self.node("Add", [size, self.constant("linear/one", 1.0)], "linear/more"))
        sign = self.node("Sign", [number], "linear/sign")
        signed = self.node("Mul", [sign, log], "linear/signed_log1p")
        clipped = self.clip(signed, linear.lower, linear.upper, "linear/clipped")
        slope = self.constant("linear/slope", linear.slope)
        known = self.node("Mul", [clipped, slope], "linear/known")
        missing = self.constant("linear/missing_value", linear.missing_value)
        is_missing = self.node("IsNaN", [number], "linear/is_missing")
        terms = self.node("Where", [is_missing, missing, known], "linear/terms")
        total = self.sum_of_row(terms, len(linear.positions), "linear/total")
        intercept = self.constant("linear/intercept", linear.intercept)
        return self.node("Add", [total, intercept], "linear/sum")

    def curve(self, calibration: Calibration, margin: str) -> str:
        """The calibrated log-odds before the shift."""
        match calibration:
            case LineCalibration(slope=slope, intercept=intercept):
                sloped = self.sloped(margin, slope, "calibration/slope")
                end = self.constant("calibration/intercept", intercept)
                return self.node("Add", [sloped, end], "calibration/curve")
            case BetaCalibration(a=a, b=b, c=c):
                # ln(p) is the margin less softplus, and -ln(1 - p) is softplus.
                line = self.sloped(margin, a, "calibration/a")
                bend = self.sloped(self.softplus(margin), b - a, "calibration/b_less_a")
                end = self.constant("calibration/c", c)
                return self.node("Sum", [line, bend, end], "calibration/curve")
            case IsotonicCalibration():
                return self.polyline(calibration, margin)
        raise TypeError(f"A graph knows no {type(calibration).__name__}.")

    def polyline(self, calibration: IsotonicCalibration, margin: str) -> str:
        """A sum over segments of the slope times how far the margin has come in each.

        Hinges would do, but their large terms of both signs cancel out, and digits with them.
        """
        knots, values = np.array(calibration.margins), np.array(calibration.values)
        tail = calibration.tail_slope
        slopes = np.array([tail, *(np.diff(values) / np.diff(knots)), tail])
        within = self.clip(margin, [-np.inf, *knots], [*knots, np.inf], "calibration/within")
        begin = self.constant("calibration/begin", np.array([knots[0], *knots]))
        way = self.node("Sub", [within, begin], "calibration/way")
        rises = self.sloped(way, slopes, "calibration/slopes")
        rise = self.sum_of_row(rises, len(slopes), "calibration/rise")
        first = self.constant("calibration/first", values[0])
        return self.node("Add", [rise, first], "calibration/curve")

    def sloped(self, value: str, slope: float | np.ndarray, name: str) -> str:
        """A value times a constant."""
        return self.node("Mul", [value, self.constant(name, slope)], f"{name}_times")

    def clip(self, value: str, lower: ArrayLike, upper: ArrayLike, name: str) -> str:
        """Each column between bounds of its own, which ONNX's Clip cannot do."""
        low = self.constant(f"{name}_lower", lower)
        high = self.constant(f"{name}_upper", upper)
        raised = self.node("Max", [value, low], f"{name}_raised")
        return self.node("Min", [raised, high], name)

    # ONNX Runtime's Log, Sigmoid and ReduceSum round by where a value lies in memory, so that a
    # score would depend, in its last bits, on how rows were batched. What follows does not.

    def log(self, positive: str) -> str:
        """Logarithms of a matrix, each as a sum of its own."""
        axis = self.constant("log/axis", [2])
        singles = self.node("Unsqueeze", [positive, axis], "log/singles")
        return self.node("ReduceLogSum", [singles, axis], "log/", keepdims=0)

    def softplus(self, margin: str) -> str:
        """log(exp(x) + exp(0))."""
        pairs = self.with_zero(margin, "softplus/pairs")
        axis = self.constant("softplus/axis", [1])
        return self.node("ReduceLogSumExp", [pairs, axis], "softplus/", keepdims=1)

    def sigmoid(self, log_odds: str, output: str) -> str:
        """exp(x) / (exp(x) + exp(0))."""
        pairs = self.with_zero(log_odds, "sigmoid/pairs")
        both = self.node("Softmax", [pairs], "sigmoid/both", axis=1)
        first = self.constant("sigmoid/first", [0])
        return self.node("Gather", [both, first], output, axis=1)

    def with_zero(self, column: str, name: str) -> str:
        """A column and one of zeros, of shape (rows, 2)."""
        return self.node("Mul", [column, self.constant(f"{name}_mask", [[1.0, 0.0]])], name)

    def sum_of_row(self, values: str, count: int, name: str) -> str:
        """Sums over as many columns as there are, of shape (rows, 1)."""
        return self.node(
            "MatMul", [values, self.constant(f"{name}_ones", np.ones((count, 1)))], name
        )
