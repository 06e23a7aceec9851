"""From Arrow columns to what a model reads: one path for training and for scoring."""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadhouse.scoring.schema import UNSEEN_CODE, Feature, FeatureSchema, ModelRefusedError

CUSTOM_MAPS = ("x_numbers", "x_categories")

_FLOAT = pa.float32()


def unfold_custom(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """The keys of the maps `x_numbers` and `x_categories`, each as a column of the batch's length.

    Args:
        batch: any columns; the two maps may be absent.

    Returns:
        name to column, in order of name; null where a row's map is null or lacks the key.

    Raises:
        ValueError: one name is a key of both maps.
    """
    columns: dict[str, pa.Array] = {}
    for map_name in CUSTOM_MAPS:
        if map_name not in batch.schema.names:
            continue
        for name, column in _unfold(batch.column(map_name)).items():
            if name in columns:
                raise ValueError(f"{name} is a key of both x_numbers and x_categories.")
            columns[name] = column
    return dict(sorted(columns.items()))


def _unfold(maps: pa.MapArray) -> dict[str, pa.Array]:
    offsets = maps.offsets.to_numpy()
    lengths = np.diff(offsets)
    rows = np.repeat(np.arange(len(maps)), lengths)
    # A null map may still span entries of the child array; they are not its own.
    present = np.repeat(maps.is_valid().to_numpy(zero_copy_only=False), lengths)
    first, last = int(offsets[0]), int(offsets[-1])
    keys = maps.keys.slice(first, last - first).dictionary_encode()
    values = maps.items.slice(first, last - first)
    codes = keys.indices.to_numpy()

    columns = {}
    for code, name in enumerate(keys.dictionary.to_pylist()):
        entries = np.flatnonzero((codes == code) & present)
        places = np.full(len(maps), -1)
        places[rows[entries]] = entries
        columns[name] = values.take(pa.array(places, mask=places < 0))
    return columns


def to_numbers(column: pa.Array) -> np.ndarray:
    """A column of numbers as float32, NaN where null. Shape (rows,)."""
    if column.type != _FLOAT:
        column = column.cast(_FLOAT, safe=False)
    return column.to_numpy(zero_copy_only=False)


def to_words(column: pa.Array) -> tuple[np.ndarray, list[str]]:
    """A column of categories as codes and their words; null is the empty word.

    Returns:
        codes int64 of shape (rows,), each a position in the words; the words, the last of them
        the empty one.
    """
    if column.type != pa.string():
        column = column.cast(pa.string())
    encoded = column.dictionary_encode()
    words = [*encoded.dictionary.to_pylist(), ""]
    codes = encoded.indices.fill_null(len(words) - 1).to_numpy()
    return codes.astype(np.int64, copy=False), words


class Encoder:
    """From raw features to the matrix that a model reads; safe to use from many threads at once."""

    def __init__(self, schema: FeatureSchema) -> None:
        """Prepares the codes of the schema's vocabularies, once for all rows."""
        self._schema = schema
        self._has_custom = any(feature.is_custom for feature in schema.features)
        self._codes = {
            feature.name: _Codes(feature)
            for feature in schema.features
            if feature.kind == "category"
        }

    def encode(self, features: pa.RecordBatch) -> np.ndarray:
        """The features in the model's order, categories as codes.

        Args:
            features: a column per feature, and the maps `x_numbers` and `x_categories` for the
                custom ones; further columns are ignored. Null is missing.

        Returns:
            float32 of shape (rows, features of the schema), NaN where missing. A feature's rows lie
            side by side in memory (Fortran's order), as they come.

        Raises:
            ModelRefusedError: a column that the model needs is not there, or has another type.
        """
        given = dict(zip(features.schema.names, features.columns, strict=True))
        if self._has_custom:
            nothing = pa.nulls(len(features))
            absent = {f.name: nothing for f in self._schema.features if f.is_custom}
            given |= absent | unfold_custom(features)
        # One column of all features: nulls are looked for once, not feature by feature.
        column = pa.concat_arrays([self._column(f, given) for f in self._schema.features])
        numbers = column.fill_null(math.nan).to_numpy()
        return numbers.reshape(len(self._schema), len(features)).T

    def _column(self, feature: Feature, given: dict[str, pa.Array]) -> pa.Array:
        if feature.name not in given:
            raise ModelRefusedError(
                f"The model needs the feature {feature.name}, which is not among those given."
            )
        column = given[feature.name]
        try:
            if feature.kind == "category":
                return self._codes[feature.name].of(column)
            return column if column.type == _FLOAT else column.cast(_FLOAT, safe=False)
        except pa.ArrowInvalid as error:
            raise ModelRefusedError(
                f"The model takes the feature {feature.name} as a {feature.kind}; "
                f"it was given {column.type}."
            ) from error


class _Codes:
    """The codes of a category's words."""

    def __init__(self, feature: Feature) -> None:
        nan = float("nan")
        codes = [nan, nan, *range(1, len(feature.vocabulary) + 1), UNSEEN_CODE]
        self._words = pa.array([None, "", *feature.vocabulary], pa.string())
        self._codes = pa.array(codes, _FLOAT)

    def of(self, column: pa.Array) -> pa.Array:
        words = column if column.type == pa.string() else column.cast(pa.string())
        places = pc.index_in(words, self._words).fill_null(len(self._words))
        return self._codes.take(places)
