"""Sentences about the input, which name what the input holds: anything at all."""

from leadhouse.texts import visible

_LONGEST = 1000


def printable(sentence: str) -> str:
    """The sentence as a terminal is to show it: one line, visible, of bounded length."""
    if len(sentence) > _LONGEST:
        half = _LONGEST // 2
        sentence = f"{sentence[:half]} ... {sentence[-half:]}"
    return visible(sentence)
