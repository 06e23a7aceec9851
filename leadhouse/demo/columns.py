"""From codes and integers to Arrow columns."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


def words(codes: npt.NDArray, vocabulary: Sequence[str | None]) -> pa.Array:
    """The word for each code; null where the code is negative."""
    codes = np.asarray(codes)
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pc.take(pa.array(vocabulary, pa.string()), indices)


def keys(prefix: str, numbers: npt.NDArray, width: int = 7) -> pa.Array:
    """Keys such as `L0000042`; null where the number is negative."""
    numbers = np.asarray(numbers)
    digits = pc.utf8_lpad(pa.array(numbers, mask=numbers < 0).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def times(microseconds: npt.NDArray, is_null: npt.NDArray | None = None) -> pa.Array:
    """Timestamps without a zone, in UTC."""
    return pa.array(np.asarray(microseconds, dtype=np.int64), mask=is_null).cast(pa.timestamp("us"))


def numbers(values: npt.NDArray, is_null: npt.NDArray | None = None) -> pa.Array:
    """Numbers; null where not a number, or where said."""
    values = np.asarray(values)
    absent = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), dtype=bool)
    return pa.array(values, mask=absent if is_null is None else absent | is_null)


def texts(values: Sequence[str | None], is_null: npt.NDArray | None = None) -> pa.Array:
    """Texts; null where None, or where said."""
    if is_null is not None:
        values = [None if null else value for value, null in zip(values, is_null, strict=True)]
    return pa.array(values, pa.string())
