"""The ONNX graph: raw features in, margin and calibrated probability out."""

import math

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import leadhouse
from leadhouse.learning.calibration import Calibration
from leadhouse.learning.trees import Condition, Leaf, Split, Tree
from leadhouse.scoring.schema import Feature, FeatureSchema

OPSETS = {"": 21, "ai.onnx.ml": 5}
IR_VERSION = 10
# The code of a category that is null. Words have codes from 1, and unseen ones NaN; a learnt model
# never asks about this code, so null and unseen are equally missing to it.
NULL_CODE = 0


def build_graph(
    schema: FeatureSchema,
    trees: list[Tree],
    calibration: Calibration | None,
    metadata: dict[str, str],
) -> bytes:
    """One graph of a sum of trees and its calibration.

    Inputs are named as the features, each of shape (rows, 1): float32 for a number (NaN is
    missing), string for a category (any word that is not in its vocabulary is missing). Outputs
    are `margin` and `probability`, float64 of shape (rows, 1). Thresholds stay doubles, as
    LightGBM compares them: a float32 is exact as a double, so no row changes sides.

    Args:
        schema: the features, in the order that the splits refer to.
        trees: whose sum is the margin.
        calibration: None where the margin has no probability; the output is then NaN.
        metadata: kept in the graph beside the schema's hash.

    Returns:
        the serialised model; the same arguments give the same bytes.

    Raises:
        ValueError: the schema has no features.
    """
    if not len(schema):
        raise ValueError("A model needs at least one feature.")

    inputs, nodes, columns = [], [], []
    for position, feature in enumerate(schema.features):
        is_number = feature.kind == "number"
        inputs.append(
            helper.make_tensor_value_info(
                feature.name, TensorProto.FLOAT if is_number else TensorProto.STRING, ["rows", 1]
            )
        )
        if is_number:
            columns.append(feature.name)
        else:
            # Not a name that a feature could have: a feature may be called anything.
            columns.append(f"code/{position}")
            nodes.append(_encoder(feature, columns[-1]))
    probability, constants = _probability(calibration)
    nodes += [
        helper.make_node("Concat", columns, ["float/matrix"], axis=1),
        helper.make_node("Cast", ["float/matrix"], ["double/matrix"], to=TensorProto.DOUBLE),
        _sum_of_trees(trees, "double/matrix", "margin"),
        *probability,
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["rows", 1])
        for name in ("margin", "probability")
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "leadhouse", inputs, outputs, constants),
        producer_name="leadhouse",
        producer_version=leadhouse.__version__,
        opset_imports=[helper.make_opsetid(*opset) for opset in OPSETS.items()],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(model, metadata | {"feature_schema_sha256": schema.sha256})
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def _encoder(feature: Feature, output: str) -> onnx.NodeProto:
    """Words to codes; the empty word stands for null."""
    return helper.make_node(
        "LabelEncoder",
        [feature.name],
        [output],
        domain="ai.onnx.ml",
        keys_strings=["", *feature.vocabulary],
        values_floats=[float(NULL_CODE + i) for i in range(len(feature.vocabulary) + 1)],
        default_float=math.nan,
    )


def _probability(
    calibration: Calibration | None,
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """The nodes and constants from the margin to the probability."""
    if calibration is None:
        nodes = [helper.make_node("Mul", ["margin", "unknown"], ["probability"])]
        constants = {"unknown": math.nan}
    else:
        nodes = [
            helper.make_node("Mul", ["margin", "calibration/slope"], ["calibration/scaled"]),
            helper.make_node("Add", ["calibration/scaled", "calibration/intercept"], ["log_odds"]),
            helper.make_node("Sigmoid", ["log_odds"], ["probability"]),
        ]
        constants = {
            "calibration/slope": calibration.slope,
            "calibration/intercept": calibration.intercept,
        }
    return nodes, [numpy_helper.from_array(np.array(v), name) for name, v in constants.items()]


class _Nodes:
    """The columns of a TreeEnsemble: trees laid out parents first, a split or a leaf a row."""

    def __init__(self) -> None:
        self.roots: list[int] = []
        self.features: list[int] = []
        self.conditions: list[int] = []
        self.against: list[float] = []
        self.missing_passes: list[int] = []
        self.passed: list[tuple[int, bool]] = []
        self.failed: list[tuple[int, bool]] = []
        self.members: list[float] = []
        self.leaves: list[float] = []

    def add(self, tree: Tree) -> None:
        self.roots.append(len(self.features))
        # The operator wants a split at every root: a lone leaf is on both sides of one.
        self._place(
            tree
            if isinstance(tree, Split)
            else Split(0, Condition.LESS_OR_EQUAL, 0.0, True, passed=tree, failed=tree)
        )

    def _place(self, tree: Tree) -> tuple[int, bool]:
        """Returns where the tree begins, and whether that is a leaf."""
        if isinstance(tree, Leaf):
            self.leaves.append(tree.value)
            return len(self.leaves) - 1, True
        here = len(self.features)
        self.features.append(tree.feature)
        self.conditions.append(tree.condition)
        self.missing_passes.append(int(tree.missing_passes))
        if isinstance(tree.against, tuple):
            self.against.append(0.0)
            self.members += [*tree.against, math.nan]
        else:
            self.against.append(tree.against)
        self.passed.append((0, False))
        self.failed.append((0, False))
        self.passed[here] = self._place(tree.passed)
        self.failed[here] = self._place(tree.failed)
        return here, False


def _sum_of_trees(trees: list[Tree], matrix: str, output: str) -> onnx.NodeProto:
    nodes = _Nodes()
    for tree in trees or [Leaf(0.0)]:
        nodes.add(tree)

    def doubles(name: str, values: list[float]) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(values, dtype=np.float64), name)

    conditions = numpy_helper.from_array(np.array(nodes.conditions, dtype=np.uint8), "nodes_modes")
    members = {"membership_values": doubles("membership_values", nodes.members)}
    return helper.make_node(
        "TreeEnsemble",
        [matrix],
        [output],
        domain="ai.onnx.ml",
        n_targets=1,
        tree_roots=nodes.roots,
        nodes_featureids=nodes.features,
        nodes_modes=conditions,
        nodes_splits=doubles("nodes_splits", nodes.against),
        nodes_missing_value_tracks_true=nodes.missing_passes,
        nodes_truenodeids=[place for place, _ in nodes.passed],
        nodes_trueleafs=[int(is_leaf) for _, is_leaf in nodes.passed],
        nodes_falsenodeids=[place for place, _ in nodes.failed],
        nodes_falseleafs=[int(is_leaf) for _, is_leaf in nodes.failed],
        leaf_targetids=[0] * len(nodes.leaves),
        leaf_weights=doubles("leaf_weights", nodes.leaves),
        **(members if nodes.members else {}),
    )
