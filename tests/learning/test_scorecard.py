import math
import operator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhouse.learning.graph import build_graph
from leadhouse.learning.scorecard import Rule, Scorecard
from leadhouse.scoring.checks import check_graph
from leadhouse.scoring.schema import Feature, FeatureSchema
from leadhouse.scoring.scorer import Scorer

OFFERED = FeatureSchema(
    features=(
        Feature(name="visits", kind="number"),
        Feature(name="age", kind="number"),
        Feature(name="seniority", kind="category"),
        Feature(name="x_plan", kind="category", is_custom=True),
    )
)
NUMBERS = st.none() | st.sampled_from([-1.0, 0.0, 0.1, 0.5, 1.0, 3.0]) | st.floats(width=32)
WORDS = st.none() | st.sampled_from(["vp", "manager", "other", ""])
COMPARE = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}


def rule(feature_name: str, asks: str, value: str | None, points: float = 1.0) -> Rule:
    return Rule(rule_id="r", feature_name=feature_name, operator=asks, value=value, points=points)


rules = st.lists(
    st.builds(
        rule,
        st.sampled_from(["visits", "age"]),
        st.sampled_from([*COMPARE, "is null"]),
        st.sampled_from(["-1", "0", "0.1", "0.5", "1"]),
        st.integers(-20, 20).map(float),
    )
    | st.builds(
        rule,
        st.sampled_from(["seniority", "x_plan"]),
        st.sampled_from(["=", "in", "is null"]),
        st.sampled_from(["vp", "manager", "nobody"]),
        st.integers(-20, 20).map(float),
    )
    | st.builds(rule, st.just("seniority"), st.just("in"), st.just("vp|manager"), st.just(0.5)),
    min_size=1,
    max_size=12,
)


def as_float32(number: float) -> float:
    return pa.array([number], pa.float32())[0].as_py()


def points_by_hand(asked: list[Rule], lead: dict[str, object]) -> float:
    total = 0.0
    for one in asked:
        value = lead[one.feature_name]
        is_null = value in (None, "") or (isinstance(value, float) and math.isnan(value))
        if one.operator == "is null":
            holds = is_null
        elif is_null:
            holds = False
        elif isinstance(value, str):
            holds = value in one.value.split("|")
        else:
            holds = COMPARE[one.operator](value, as_float32(float(one.value)))
        total += one.points * holds
    return total


def encoded(leads: list[dict[str, object]], schema: FeatureSchema) -> np.ndarray:
    """Leads as `TrainingSet.encode` gives them: words by their codes, unseen ones as 0."""

    def code(feature: Feature, value: object) -> float:
        if value in (None, ""):
            return math.nan
        if feature.kind == "number":
            return value
        return {word: i for i, word in enumerate(feature.vocabulary, start=1)}.get(value, 0)

    rows = [[code(feature, lead[feature.name]) for feature in schema.features] for lead in leads]
    return np.array(rows, np.float32)


@settings(max_examples=200, deadline=None)
@given(rules, st.lists(st.tuples(NUMBERS, NUMBERS, WORDS, WORDS), min_size=1, max_size=20))
def test_points_are_those_counted_by_hand(asked: list[Rule], facts: list[tuple]) -> None:
    numbers = [[None if n is None else as_float32(n) for n in row[:2]] for row in facts]
    leads = [
        {"visits": n[0], "age": n[1], "seniority": row[2], "x_plan": row[3]}
        for n, row in zip(numbers, facts, strict=True)
    ]
    batch = pa.RecordBatch.from_arrays(
        [
            pa.array([lead["visits"] for lead in leads], pa.float32()),
            pa.array([lead["age"] for lead in leads], pa.float32()),
            pa.array([lead["seniority"] for lead in leads], pa.string()),
            pa.array(
                [[("x_plan", lead["x_plan"])] for lead in leads],
                pa.map_(pa.string(), pa.string()),
            ),
        ],
        names=["visits", "age", "seniority", "x_categories"],
    )
    scorecard = Scorecard.read(asked, OFFERED)
    graph = build_graph(scorecard.schema, scorecard.parts(), None, {})
    margin, probability = Scorer(check_graph(graph, scorecard.schema)).score(batch)
    by_hand = [points_by_hand(asked, lead) for lead in leads]
    assert margin.tolist() == by_hand
    assert np.isnan(probability).all()  # points are no probability
    assert scorecard.margin(encoded(leads, scorecard.schema)).tolist() == by_hand


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ([], "holds no rules"),
        ([rule("pricing", ">", "1")], "names the feature pricing, which does not exist"),
        ([rule("visits", "in", "1|2")], "asks of the number visits 'in 1|2'"),
        ([rule("visits", ">", "many")], "'many', which is not a number"),
        ([rule("visits", ">", None)], "which is not a number"),
        ([rule("seniority", ">", "vp")], "a category is '= word'"),
        ([rule("seniority", "=", None)], "a category is '= word'"),
    ],
)
def test_rules_that_cannot_be_read_are_refused(asked: list[Rule], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Scorecard.read(asked, OFFERED)
