"""The training set in memory: one row per lead and moment, as a table of the warehouse gives it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, Self

import duckdb
import numpy as np
import pyarrow as pa

from leadhouse.scoring.columns import CUSTOM_MAPS, to_numbers, to_words, unfold_custom
from leadhouse.scoring.schema import UNSEEN_CODE, Feature, FeatureSchema

Use = Literal["train", "calibrate", "test"]

_KEY_SCHEMA = pa.schema(
    {
        "lead_id": pa.string(),
        "moment_at": pa.timestamp("us"),
        "label": pa.bool_(),
        "uses": pa.list_(pa.string()),
        "is_blind": pa.bool_(),
        "sample_weight": pa.float64(),
    }
)
_BATCH_ROWS = 10_000
# A word that fewer leads bear may be what a person is known by, and says nothing of the next one.
_LEAST_LEADS_OF_A_WORD = 3


@dataclass(frozen=True)
class TrainingSet:
    """Rows in the order of moment and lead, whatever the order in which the table was read.

    Attributes:
        schema: the features; here the vocabulary of a category holds every word of the table.
        matrix: float32 of shape (rows, features), NaN where missing. A category is a code: the
            word's place in the vocabulary, from 1.
        label: whether the lead converted within the horizon; bool of shape (rows,).
        lead: which lead a row is about, as a number; int64 of shape (rows,).
        moment_at: datetime64[us] of shape (rows,).
        uses: what the row is for at each origin; str of shape (rows, origins), empty for nothing.
        is_blind: whether its lead was drawn blindly to how it ends; bool of shape (rows,). All rows
            to test on are; of the others, they alone are a fair sample without weights.
        sample_weight: what the row stands for, so that weighted all rows are one; float64 of shape
            (rows,).
    """

    schema: FeatureSchema
    matrix: np.ndarray
    label: np.ndarray
    lead: np.ndarray
    moment_at: np.ndarray
    uses: np.ndarray
    is_blind: np.ndarray
    sample_weight: np.ndarray

    def __len__(self) -> int:
        return len(self.label)

    def take(self, rows: np.ndarray) -> Self:
        """The rows of a mask or of positions, copied."""
        arrays = ("matrix", "label", "lead", "moment_at", "uses", "is_blind", "sample_weight")
        return replace(self, **{name: getattr(self, name)[rows] for name in arrays})

    @property
    def count_origins(self) -> int:
        """How many origins there are, now (the first) among them."""
        return self.uses.shape[1]

    def used(self, origin: int, *uses: Use) -> Self:
        """The rows that are used so at an origin, copied."""
        return self.take(np.isin(self.uses[:, origin], uses))

    @property
    def has_weights(self) -> bool:
        """Whether rows stand for different numbers of rows."""
        return bool((self.sample_weight != 1).any())

    @property
    def count_leads(self) -> int:
        """How many leads the rows are about."""
        return len(np.unique(self.lead))

    @property
    def count_conversions(self) -> int:
        """How many leads have a row that is followed by their conversion."""
        return len(np.unique(self.lead[self.label]))

    def encode(self, schema: FeatureSchema) -> np.ndarray:
        """The features of a model as it reads them: categories by the codes of its vocabulary.

        Args:
            schema: of features that are among these; a word that it lacks becomes the unseen one.

        Returns:
            float32 of shape (rows, features of the schema).
        """
        names = self.schema.names
        if schema.names == names:
            matrix = self.matrix.copy()
        else:
            matrix = self.matrix[:, [names.index(name) for name in schema.names]]
        for position in schema.category_positions:
            feature = schema.features[position]
            known = {word: code for code, word in enumerate(feature.vocabulary, start=1)}
            words = self.schema.features[names.index(feature.name)].vocabulary
            codes_of_words = (known.get(word, UNSEEN_CODE) for word in words)
            translation = np.array([np.nan, *codes_of_words], np.float32)
            codes = np.nan_to_num(matrix[:, position]).astype(np.int64)
            matrix[:, position] = translation[codes]
        return matrix

    def vocabulary(self, max_categories: int) -> FeatureSchema:
        """The schema with the words of these rows alone, the most frequent first.

        Args:
            max_categories: rarer words than that many are left out, as are those of fewer than
                three leads; ties go by the alphabet.
        """
        features = list(self.schema.features)
        for position in self.schema.category_positions:
            words = features[position].vocabulary
            codes = self.matrix[:, position]
            is_known = ~np.isnan(codes)
            known = codes[is_known].astype(np.int64)
            counts = np.bincount(known, minlength=len(words) + 1)
            pairs = np.unique(np.stack([known, self.lead[is_known]]), axis=1)
            leads = np.bincount(pairs[0], minlength=len(words) + 1)
            seen = [
                (-count, word)
                for word, count, of in zip(words, counts[1:], leads[1:], strict=True)
                if of >= _LEAST_LEADS_OF_A_WORD
            ]
            kept = tuple(word for _, word in sorted(seen)[:max_categories])
            features[position] = features[position].model_copy(update={"vocabulary": kept})
        return FeatureSchema(features=tuple(features))


def read_training_set(
    relation: duckdb.DuckDBPyRelation, exclude: Collection[str] = ()
) -> TrainingSet:
    """Reads a training set, ordered by moment and lead, batch by batch into one matrix.

    Args:
        relation: with the columns `lead_id`, `moment_at`, `label` (boolean), `uses` (a list of
            `train`, `calibrate`, `test` or null, one for each origin), `is_blind` (boolean),
            `sample_weight` (a number), and the features: FLOAT columns are numbers, VARCHAR columns
            are categories, and the maps `x_numbers` and `x_categories`, if there, hold the user's
            own features by name. Memory: 4 bytes per row and feature, and one batch.
        exclude: names of features to leave out.

    Raises:
        ValueError: a column is missing or of another type, a label is null, a number is infinite,
            or there is no feature of an excluded name.
        RuntimeError: the table changed, or its stream was cut off, while it was read.
    """
    schema = _without(_schema(relation), exclude)
    count_rows = relation.count("*").fetchall()[0][0]
    matrix = np.empty((count_rows, len(schema)), np.float32)
    words: list[dict[str, int]] = [{} for _ in schema.features]
    keys = []

    filled = 0
    for batch in relation.order("moment_at, lead_id").to_arrow_reader(_BATCH_ROWS):
        rows = slice(filled, filled + len(batch))
        filled += len(batch)
        if filled > count_rows:
            break
        keys.append(batch.select(_KEY_SCHEMA.names).cast(_KEY_SCHEMA))
        custom = unfold_custom(batch)
        for position, feature in enumerate(schema.features):
            if feature.is_custom and feature.name not in custom:
                matrix[rows, position] = np.nan
                continue
            column = custom[feature.name] if feature.is_custom else batch.column(feature.name)
            matrix[rows, position] = (
                to_numbers(column) if feature.kind == "number" else _codes(column, words[position])
            )
    # DuckDB 1.5 ends a stream early, in silence, when its connection is used for something else.
    if filled != count_rows:
        raise RuntimeError(f"The training set has {count_rows} rows, but {filled} arrived.")

    infinite = np.isinf(matrix).any(axis=0)
    if infinite.any():
        raise ValueError(f"The feature {schema.names[int(infinite.argmax())]} is infinite.")
    features = [
        feature.model_copy(update={"vocabulary": tuple(known)})
        for feature, known in zip(schema.features, words, strict=True)
    ]
    return _assemble(FeatureSchema(features=tuple(features)), matrix, keys)


def _schema(relation: duckdb.DuckDBPyRelation) -> FeatureSchema:
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    missing = [name for name in _KEY_SCHEMA.names if name not in types]
    if missing:
        raise ValueError(f"The training set lacks the column {missing[0]}.")
    features = []
    for name, column_type in types.items():
        if name in _KEY_SCHEMA.names or name in CUSTOM_MAPS:
            continue
        if column_type not in ("FLOAT", "VARCHAR"):
            raise ValueError(
                f"The feature {name} is {column_type}; features are FLOAT (a number) or VARCHAR "
                "(a category)."
            )
        features.append(Feature(name=name, kind="number" if column_type == "FLOAT" else "category"))
    for map_name, kind in zip(CUSTOM_MAPS, ("number", "category"), strict=True):
        if map_name in types:
            keys = relation.project(f"unnest(map_keys({map_name})) as key").distinct().order("key")
            features += [Feature(name=key, kind=kind, is_custom=True) for (key,) in keys.fetchall()]
    return FeatureSchema(features=tuple(features))


def _without(schema: FeatureSchema, exclude: Collection[str]) -> FeatureSchema:
    unknown = sorted(set(exclude) - set(schema.names))
    if unknown:
        raise ValueError(f"exclude_features names {unknown[0]}, which is no feature.")
    kept = (feature for feature in schema.features if feature.name not in exclude)
    return FeatureSchema(features=tuple(kept))


def _codes(column: pa.Array, words: dict[str, int]) -> np.ndarray:
    """Codes of a column's words, from 1; words that are new are added."""
    codes, own_words = to_words(column)
    own_codes = [words.setdefault(w, len(words) + 1) if w else np.nan for w in own_words]
    return np.array(own_codes, np.float32)[codes]


def _assemble(
    schema: FeatureSchema, matrix: np.ndarray, batches: list[pa.RecordBatch]
) -> TrainingSet:
    keys = pa.Table.from_batches(batches, _KEY_SCHEMA)
    if keys["label"].null_count:
        raise ValueError("In the training set a label is null.")
    uses = keys["uses"].combine_chunks().flatten().fill_null("").to_numpy(zero_copy_only=False)
    return TrainingSet(
        schema=schema,
        matrix=matrix,
        label=keys["label"].to_numpy(),
        lead=keys["lead_id"].combine_chunks().dictionary_encode().indices.to_numpy(),
        moment_at=keys["moment_at"].to_numpy(),
        uses=uses.astype("U9").reshape(len(keys), len(uses) // max(len(keys), 1) or 1),
        is_blind=keys["is_blind"].to_numpy(),
        sample_weight=keys["sample_weight"].to_numpy(),
    )
