"""Sentences about the input, which name what the input holds: anything at all."""

import unicodedata

_LONGEST = 1000
# Control and format characters, halves of characters, separators of lines: what moves a cursor, is
# not seen, or turns the writing round.
_NOT_TO_PRINT = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def printable(sentence: str) -> str:
    """The sentence as a terminal is to show it: one line, visible, of bounded length."""
    if len(sentence) > _LONGEST:
        half = _LONGEST // 2
        sentence = f"{sentence[:half]} ... {sentence[-half:]}"
    return "".join(map(_escaped, sentence))


def _escaped(character: str) -> str:
    if unicodedata.category(character) in _NOT_TO_PRINT:
        return character.encode("unicode_escape").decode()
    return character
