"""The rules scorecard: points for facts, as sales teams have today, as the same kind of graph."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from leadhouse.learning.graph import NULL_CODE, build_graph
from leadhouse.learning.trees import Condition, Leaf, Split, Tree
from leadhouse.scoring.schema import Feature, FeatureSchema

Operator = Literal[">", ">=", "<", "<=", "=", "in", "is null"]

_COMPARISONS = {
    ">": Condition.GREATER,
    ">=": Condition.GREATER_OR_EQUAL,
    "<": Condition.LESS,
    "<=": Condition.LESS_OR_EQUAL,
    "=": Condition.EQUAL,
}
_SEPARATOR = "|"


class Rule(BaseModel):
    """Points for a lead of which the rule is true; a row of the seed `scorecard_rules`.

    A number is compared (`>`, `>=`, `<`, `<=`, `=`); a category is `=` a word or `in` several,
    separated by a bar. Of a null only `is null` is true.
    """

    model_config = ConfigDict(frozen=True)

    rule_id: str
    feature_name: str
    operator: Operator
    value: str | None
    points: float


def scorecard_graph(
    rules: Sequence[Rule], offered: FeatureSchema, metadata: dict[str, str]
) -> tuple[bytes, FeatureSchema]:
    """Compiles rules to a graph whose margin is the sum of points.

    Points are no log-odds: the probability is NaN as long as no outcomes calibrate it.

    Args:
        rules: at least one.
        offered: the features that rules may name, with their kinds.
        metadata: kept in the graph.

    Returns:
        the serialised graph, and the schema of the features that the rules need.

    Raises:
        ValueError: there are no rules, or one names an unknown feature or cannot be read.
    """
    if not rules:
        raise ValueError("The seed scorecard_rules holds no rules; it needs at least one.")
    by_name = {feature.name: feature for feature in offered.features}
    for rule in rules:
        if rule.feature_name not in by_name:
            raise ValueError(
                f"Rule {rule.rule_id} of scorecard_rules names the feature {rule.feature_name}, "
                "which does not exist."
            )
    needed = [
        _with_words_of(by_name[name], rules)
        for name in dict.fromkeys(rule.feature_name for rule in rules)
    ]
    schema = FeatureSchema(features=tuple(needed))
    trees = [_stump(rule, schema) for rule in rules]
    return build_graph(schema, trees, calibration=None, metadata=metadata), schema


def _with_words_of(feature: Feature, rules: Sequence[Rule]) -> Feature:
    if feature.kind == "number":
        return feature
    mine = [rule for rule in rules if rule.feature_name == feature.name]
    words = dict.fromkeys(word for rule in mine for word in _words(rule))
    return feature.model_copy(update={"vocabulary": tuple(words)})


def _words(rule: Rule) -> list[str]:
    match rule.operator, rule.value:
        case "is null", _:
            return []
        case "=", str(word) if word:
            return [word]
        case "in", str(words) if words:
            return [word for word in words.split(_SEPARATOR) if word]
    raise ValueError(
        f"Rule {rule.rule_id} of scorecard_rules asks of the category {rule.feature_name} "
        f"'{rule.operator} {rule.value}'; a category is '= word', 'in word|word' or 'is null'."
    )


def _stump(rule: Rule, schema: FeatureSchema) -> Tree:
    position = schema.names.index(rule.feature_name)
    feature = schema.features[position]
    is_null = rule.operator == "is null"
    against: float | tuple[float, ...]
    if feature.kind == "category":
        condition = Condition.IS_MEMBER
        codes = [feature.vocabulary.index(word) + 1 for word in _words(rule)]
        against = (float(NULL_CODE),) if is_null else tuple(map(float, codes))
    elif is_null:
        condition, against = Condition.LESS, -math.inf  # true of no number, so of null alone
    elif rule.operator in _COMPARISONS:
        condition, against = _COMPARISONS[rule.operator], _number(rule)
    else:
        raise ValueError(
            f"Rule {rule.rule_id} of scorecard_rules asks of the number {rule.feature_name} "
            f"'{rule.operator} {rule.value}'; a number is compared with "
            f"{', '.join(_COMPARISONS)} or 'is null'."
        )
    return Split(
        feature=position,
        condition=condition,
        against=against,
        missing_passes=is_null and feature.kind == "number",
        passed=Leaf(rule.points),
        failed=Leaf(0.0),
    )


def _number(rule: Rule) -> float:
    try:
        # As float32, because features are: 0.1 is then equal to 0.1.
        return float(np.float32(rule.value or ""))
    except ValueError:
        raise ValueError(
            f"Rule {rule.rule_id} of scorecard_rules compares the number {rule.feature_name} "
            f"with '{rule.value}', which is not a number."
        ) from None
