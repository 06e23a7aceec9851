"""The rules scorecard: points for facts, as sales teams have today, as the same kind of model."""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from leadhouse.learning.margins import MarginParts
from leadhouse.learning.trees import Condition, Leaf, Split, Tree
from leadhouse.scoring.schema import Feature, FeatureSchema

Operator = Literal[">", ">=", "<", "<=", "=", "in", "is null"]

_COMPARISONS = {
    ">": (Condition.GREATER, operator.gt),
    ">=": (Condition.GREATER_OR_EQUAL, operator.ge),
    "<": (Condition.LESS, operator.lt),
    "<=": (Condition.LESS_OR_EQUAL, operator.le),
    "=": (Condition.EQUAL, operator.eq),
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


@dataclass(frozen=True)
class Scorecard:
    """Rules over a schema of the features that they need; the margin is the sum of points.

    Points are no log-odds: there is no probability as long as no outcomes calibrate them.

    Attributes:
        count_rows: how many rows were counted.
        true_counts: of how many of them each rule is true; none where no rows were counted.
    """

    schema: FeatureSchema
    rules: tuple[Rule, ...]
    count_rows: int = 0
    true_counts: tuple[int, ...] = ()

    @classmethod
    def read(cls, rules: Sequence[Rule], offered: FeatureSchema) -> Self:
        """Checks rules, and finds the features that they need.

        Args:
            rules: at least one.
            offered: the features that rules may name, with their kinds.

        Raises:
            ValueError: there are no rules, or one names an unknown feature or cannot be read.
        """
        if not rules:
            raise ValueError("The seed scorecard_rules holds no rules; it needs at least one.")
        by_name = {feature.name: feature for feature in offered.features}
        for rule in rules:
            if rule.feature_name not in by_name:
                raise ValueError(
                    f"Rule {rule.rule_id} of scorecard_rules names the feature "
                    f"{rule.feature_name}, which does not exist."
                )
            _check(rule, by_name[rule.feature_name])
        needed = [
            _with_words_of(by_name[name], rules)
            for name in dict.fromkeys(rule.feature_name for rule in rules)
        ]
        return cls(FeatureSchema(features=tuple(needed)), tuple(rules))

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The sums of points, float64 of shape (rows,)."""
        points = np.zeros(len(matrix))
        for rule in self.rules:
            points += rule.points * self._holds(rule, matrix)
        return points

    def counted(self, matrix: np.ndarray) -> Self:
        """The same rules, with how usual each is among training rows.

        Args:
            matrix: as `margin` takes it.
        """
        true_counts = tuple(int(self._holds(rule, matrix).sum()) for rule in self.rules)
        return replace(self, count_rows=len(matrix), true_counts=true_counts)

    def parts(self) -> MarginParts:
        """Each rule as a tree of one split."""
        counts = self.true_counts or (0,) * len(self.rules)
        return MarginParts(trees=tuple(map(self._stump, self.rules, counts)))

    def _holds(self, rule: Rule, matrix: np.ndarray) -> np.ndarray:
        feature, position = self._feature(rule)
        column = matrix[:, position]
        if rule.operator == "is null":
            return np.isnan(column)
        if feature.kind == "category":
            return np.isin(column, _codes(rule, feature))
        return _COMPARISONS[rule.operator][1](column, _number(rule))

    def _feature(self, rule: Rule) -> tuple[Feature, int]:
        position = self.schema.names.index(rule.feature_name)
        return self.schema.features[position], position

    def _stump(self, rule: Rule, true_count: int) -> Tree:
        feature, position = self._feature(rule)
        against: float | tuple[float, ...]
        if rule.operator == "is null":
            condition, against = Condition.LESS, -math.inf  # true of no value, so of null alone
        elif feature.kind == "category":
            condition, against = Condition.IS_MEMBER, _codes(rule, feature)
        else:
            condition, against = _COMPARISONS[rule.operator][0], _number(rule)
        return Split(
            feature=position,
            condition=condition,
            against=against,
            missing_passes=rule.operator == "is null",
            passed=Leaf(rule.points, cover=true_count),
            failed=Leaf(0.0, cover=self.count_rows - true_count),
        )


def _check(rule: Rule, feature: Feature) -> None:
    if feature.kind == "category":
        _words(rule)
    elif rule.operator in _COMPARISONS:
        _number(rule)
    elif rule.operator != "is null":
        raise ValueError(
            f"Rule {rule.rule_id} of scorecard_rules asks of the number {rule.feature_name} "
            f"'{rule.operator} {rule.value}'; a number is compared with "
            f"{', '.join(_COMPARISONS)} or 'is null'."
        )


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


def _codes(rule: Rule, feature: Feature) -> tuple[float, ...]:
    return tuple(feature.vocabulary.index(word) + 1.0 for word in _words(rule))


def _number(rule: Rule) -> float:
    try:
        # As float32, because features are: 0.1 is then equal to 0.1.
        return float(np.float32(rule.value or ""))
    except ValueError:
        raise ValueError(
            f"Rule {rule.rule_id} of scorecard_rules compares the number {rule.feature_name} "
            f"with '{rule.value}', which is not a number."
        ) from None
