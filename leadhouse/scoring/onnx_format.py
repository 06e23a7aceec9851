"""What a graph of ours is written in, takes and gives; and all that it may consist of.

Whoever writes a graph and whoever checks one go by this page.
"""

from onnx import TensorProto, ValueInfoProto, helper

from leadhouse.scoring.schema import FeatureSchema

IR_VERSION = 10
OPSETS = {"": 21, "ai.onnx.ml": 5}
OUTPUTS = ("margin", "probability")

# All operators that a graph may use, by domain; none of them has a graph within, reads a file or
# depends on anything but its inputs.
OPERATORS = {
    "": frozenset(
        {
            "Abs",
            "Add",
            "Cast",
            "Concat",
            "Gather",
            "IsNaN",
            "MatMul",
            "Max",
            "Min",
            "Mul",
            "ReduceLogSum",
            "ReduceLogSumExp",
            "Sign",
            "Softmax",
            "Sub",
            "Sum",
            "Unsqueeze",
            "Where",
        }
    ),
    "ai.onnx.ml": frozenset({"LabelEncoder", "TreeEnsemble"}),
}

# All fields that its messages may have, by the message's name in ONNX. What is missing here on
# purpose: functions, graphs within operators, training steps, and tensors in files of their own.
FIELDS = {
    "ModelProto": frozenset(
        {
            "ir_version",
            "producer_name",
            "producer_version",
            "graph",
            "opset_import",
            "metadata_props",
        }
    ),
    "OperatorSetIdProto": frozenset({"domain", "version"}),
    "StringStringEntryProto": frozenset({"key", "value"}),
    "GraphProto": frozenset({"node", "name", "initializer", "input", "output"}),
    "NodeProto": frozenset({"input", "output", "op_type", "attribute", "domain"}),
    "AttributeProto": frozenset({"name", "type", "f", "i", "t", "floats", "ints", "strings"}),
    "TensorProto": frozenset({"dims", "data_type", "name", "raw_data"}),
    "ValueInfoProto": frozenset({"name", "type"}),
    "TypeProto": frozenset({"tensor_type"}),
    "Tensor": frozenset({"elem_type", "shape"}),
    "TensorShapeProto": frozenset({"dim"}),
    "Dimension": frozenset({"dim_value", "dim_param"}),
}


def graph_inputs(schema: FeatureSchema) -> list[ValueInfoProto]:
    """An input per feature, of shape (rows, 1): float32 for a number, string for a category."""
    kinds = {"number": TensorProto.FLOAT, "category": TensorProto.STRING}
    return [
        helper.make_tensor_value_info(feature.name, kinds[feature.kind], ["rows", 1])
        for feature in schema.features
    ]


def graph_outputs() -> list[ValueInfoProto]:
    """Margin and probability, each float64 of shape (rows, 1)."""
    return [
        helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["rows", 1]) for name in OUTPUTS
    ]
