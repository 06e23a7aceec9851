"""The few ways in which the demo world draws at random."""

import zlib

import numpy as np
import numpy.typing as npt


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A stream of random numbers for one purpose, independent of the streams for others."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def categorical(
    rng: np.random.Generator, probabilities: npt.ArrayLike, rows: npt.NDArray
) -> npt.NDArray[np.int64]:
    """One category for each of `rows`, by inversion.

    Args:
        probabilities: shape (n, k), each row a distribution up to a factor.
        rows: shape (m,), which distribution each draw is from.
    """
    cumulative = np.cumsum(np.atleast_2d(probabilities), axis=1, dtype=float)
    cumulative /= cumulative[:, -1:]
    n, k = cumulative.shape
    # Row i of the table occupies (i, i + 1], so that one search finds row and category at once.
    table = (cumulative[:, :-1] + np.arange(n)[:, None]).ravel()
    found = np.searchsorted(table, rng.random(len(rows)) + rows, side="right")
    return found - rows * (k - 1)


def ragged(counts: npt.NDArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For groups of the given sizes: each element's group, and its place in it from 0."""
    group = np.repeat(np.arange(len(counts)), counts)
    return group, np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)


def expit(x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The logistic function."""
    return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))
