"""Logistic regression on transformed features: the rung for few conversions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from leadhouse.learning.margins import Linear, MarginParts, signed_log1p
from leadhouse.learning.trees import Condition, Leaf, Split, Tree
from leadhouse.scoring.schema import FeatureSchema

# What an indicator is where it is true: a word of 7% of the rows then has the standard deviation of
# a number. Forward in time this was better than 1 and 2 on the demo world and two real data sets,
# and more robust than a deviation of 1 for each word, however rare.
INDICATOR_SIZE = 4.0


class LogisticSettings(BaseModel):
    """How the logistic model learns.

    `l2` is the precision of the coefficients' normal prior around zero, in log-odds per standard
    deviation of a number: the larger, the shyer. It weighs as much as that many leads do, so 300 is
    a lot for a few hundred leads and little for many.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    l2: float = Field(default=300.0, gt=0)
    winsorised_share: float = Field(default=0.005, ge=0, lt=0.5)
    min_null_share: float = Field(default=0.01, ge=0, le=1)
    min_category_rows: int = Field(default=20, ge=1)


@dataclass(frozen=True, eq=False)
class Design:
    """The columns that the regression sees, of the features that it is given.

    First a column for each number: its signed logarithm, winsorised at quantiles of the training
    rows, less its mean, over its standard deviation; 0 where it is null. Then one of 0 and
    INDICATOR_SIZE for each number or category that is null often enough, and one for each word
    seen often enough.

    Attributes:
        numbers: positions of the features, int64 of shape (numbers,).
        lower, upper, mean, deviation: of the signed logarithms, float64 of shape (numbers,).
        nulls: positions of the features whose nulls have a column, int64 of shape (nulls,).
        words: positions and codes of words that have a column, int64 of shape (words, 2).
        count_rows: how many training rows there were.
        null_counts, word_counts: in how many of them the indicators were true, int64.
    """

    numbers: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    nulls: np.ndarray
    words: np.ndarray
    count_rows: int
    null_counts: np.ndarray
    word_counts: np.ndarray

    @classmethod
    def learn(cls, matrix: np.ndarray, schema: FeatureSchema, settings: LogisticSettings) -> Self:
        """Finds the columns in training rows; those that are constant have none.

        Args:
            matrix: float32 of shape (rows, features), as `MarginModel.margin` takes it.
        """
        numbers, figures, nulls, words, null_counts, word_counts = [], [], [], [], [], []
        for position, feature in enumerate(schema.features):
            column = matrix[:, position]
            is_null = np.isnan(column)
            known = column[~is_null]
            if feature.kind == "category":
                codes, counts = np.unique(known, return_counts=True)
                is_usual = (codes > 0) & (counts >= settings.min_category_rows)
                has_column = is_usual & (counts < len(column))
                words += [(position, code) for code in codes[has_column]]
                word_counts += counts[has_column].tolist()
            elif len(known):
                values = signed_log1p(known)
                share = settings.winsorised_share
                bounds = np.quantile(values, [share, 1 - share])
                values = np.clip(values, *bounds)
                if bounds[0] < bounds[1]:
                    numbers.append(position)
                    figures.append((*bounds, values.mean(), values.std()))
            if settings.min_null_share <= is_null.mean() < 1 and is_null.any():
                nulls.append(position)
                null_counts.append(is_null.sum())
        return cls(
            np.array(numbers, np.int64),
            *np.array(figures, np.float64).reshape(-1, 4).T,
            nulls=np.array(nulls, np.int64),
            words=np.array(words, np.int64).reshape(-1, 2),
            count_rows=len(matrix),
            null_counts=np.array(null_counts, np.int64),
            word_counts=np.array(word_counts, np.int64),
        )

    def __len__(self) -> int:
        return len(self.numbers) + len(self.nulls) + len(self.words)

    def column(self, matrix: np.ndarray, place: int) -> np.ndarray:
        """One column of the design, float64 of shape (rows,)."""
        if place < len(self.numbers):
            values = signed_log1p(matrix[:, self.numbers[place]])
            clipped = np.clip(values, self.lower[place], self.upper[place])
            return np.nan_to_num((clipped - self.mean[place]) / self.deviation[place], nan=0.0)
        place -= len(self.numbers)
        if place < len(self.nulls):
            return INDICATOR_SIZE * np.isnan(matrix[:, self.nulls[place]])
        position, code = self.words[place - len(self.nulls)]
        return INDICATOR_SIZE * (matrix[:, position] == code)

    def matrix(self, matrix: np.ndarray) -> np.ndarray:
        """All columns, float32 of shape (rows, columns): half the memory, and fit to learn from."""
        columns = np.empty((len(matrix), len(self)), np.float32)
        for place in range(len(self)):
            columns[:, place] = self.column(matrix, place)
        return columns


@dataclass(frozen=True, eq=False)
class LogisticModel:
    """A fitted regression.

    Attributes:
        coefficients: of the design's columns, float64 of shape (columns,).
        intercept: log-odds of a row whose columns are all 0.
    """

    schema: FeatureSchema
    design: Design
    coefficients: np.ndarray
    intercept: float

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds, float64 of shape (rows,); column by column, so that no threads change a bit."""
        margin = np.full(len(matrix), self.intercept)
        for place, coefficient in enumerate(self.coefficients):
            margin += coefficient * self.design.column(matrix, place)
        return margin

    def parts(self) -> MarginParts:
        """Numbers as linear terms in their own logarithms, all else as trees."""
        design = self.design
        of_numbers, of_nulls, of_words = np.split(
            self.coefficients, np.cumsum([len(design.numbers), len(design.nulls)])
        )
        rows = design.count_rows
        if_null = {
            position: Leaf(INDICATOR_SIZE * value, cover=count)
            for position, value, count in _rows(design.nulls, of_nulls, design.null_counts)
        }
        words: dict[int, dict[int, Leaf]] = {}
        for (position, code), value, count in _rows(design.words, of_words, design.word_counts):
            words.setdefault(position, {})[code] = Leaf(INDICATOR_SIZE * value, cover=count)

        slope = of_numbers / design.deviation
        of_number_nulls = [if_null.get(place, Leaf(0.0)) for place in design.numbers.tolist()]
        null_value = np.array([leaf.value for leaf in of_number_nulls])
        null_share = np.array([leaf.cover / rows for leaf in of_number_nulls])
        linear = Linear(
            intercept=float(self.intercept - slope @ design.mean),
            positions=design.numbers,
            slope=slope,
            lower=design.lower,
            upper=design.upper,
            missing_value=slope * design.mean + null_value,
            # A null stands at the mean of the others.
            mean=slope * design.mean + null_value * null_share,
        )
        trees = [
            _lookup(position, words.get(position, {}), if_null.get(position, Leaf(0.0)), rows)
            for position in sorted(words.keys() | if_null.keys() - set(design.numbers.tolist()))
        ]
        return MarginParts(trees=tuple(trees), linear=linear)


def fit_logistic(
    matrix: np.ndarray,
    label: np.ndarray,
    weight: np.ndarray,
    schema: FeatureSchema,
    settings: LogisticSettings,
) -> LogisticModel:
    """Fits the regression; the same arguments give the same bits.

    Args:
        matrix: float32 of shape (rows, features), as `MarginModel.margin` takes it.
        label: bool of shape (rows,), both values among them.
        weight: of the rows, float64 of shape (rows,). In all, as much as there are leads: many
            moments of one are little more evidence against the prior than a single one.
        schema: of the matrix's columns.
        settings: the parameters.
    """
    design = Design.learn(matrix, schema, settings)
    if not len(design):
        rate = np.average(label, weights=weight)
        return LogisticModel(schema, design, np.empty(0), float(logit(rate)))
    regression = LogisticRegression(C=1 / settings.l2, tol=1e-5, max_iter=1_000)
    # Threads add up in an order of their own.
    with threadpool_limits(1, user_api="blas"):
        regression.fit(design.matrix(matrix), label, sample_weight=weight)
    return LogisticModel(
        schema=schema,
        design=design,
        coefficients=regression.coef_[0].astype(np.float64),
        intercept=float(regression.intercept_[0]),
    )


def _rows(*columns: np.ndarray) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)


def _lookup(position: int, words: dict[int, Leaf], if_null: Leaf, rows: int) -> Tree:
    """A tree that knows the leaf of each word; 0 for a word that is not among them."""

    def search(codes: list[int]) -> Tree:
        if len(codes) == 1:
            return words[codes[0]]
        half = len(codes) // 2
        return member(codes[:half], search(codes[:half]), search(codes[half:]))

    def member(codes: list[int], passed: Tree, failed: Tree) -> Tree:
        against = tuple(map(float, codes))
        return Split(position, Condition.IS_MEMBER, against, False, passed, failed)

    codes = sorted(words)
    unknown = Leaf(0.0, cover=rows - if_null.cover - sum(leaf.cover for leaf in words.values()))
    known = member(codes, search(codes), unknown) if codes else unknown
    return Split(position, Condition.LESS, -np.inf, True, if_null, known)
