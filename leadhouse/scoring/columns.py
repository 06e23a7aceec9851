"""From Arrow columns to what a model reads: one path for training and for scoring."""

import numpy as np
import pyarrow as pa

CUSTOM_MAPS = ("x_numbers", "x_categories")


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
    if column.type != pa.float32():
        column = column.cast(pa.float32(), safe=False)
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
