"""Feature schemas and columns that contradict themselves."""

import pyarrow as pa
import pytest

from leadhouse.scoring.columns import unfold_custom
from leadhouse.scoring.schema import Feature, FeatureSchema


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ([Feature(name="a", kind="number")] * 2, "Feature names must be unique; repeated: a"),
        (
            [Feature(name="a", kind="number", vocabulary=("b",))],
            "Feature a is a number and has a vocabulary",
        ),
    ],
)
def test_a_schema_that_contradicts_itself_is_refused(features, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        FeatureSchema(features=tuple(features))


def test_a_name_is_that_of_a_number_or_of_a_category() -> None:
    batch = pa.RecordBatch.from_pydict(
        {
            "x_numbers": pa.array([[("x_plan", 1.0)]], pa.map_(pa.string(), pa.float32())),
            "x_categories": pa.array([[("x_plan", "pro")]], pa.map_(pa.string(), pa.string())),
        }
    )
    with pytest.raises(ValueError, match="x_plan is a key of both x_numbers and x_categories"):
        unfold_custom(batch)
