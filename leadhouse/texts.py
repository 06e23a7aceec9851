"""Texts that others wrote, fit to be shown: without addresses, and with nothing that hides."""

import re
import unicodedata
from collections.abc import Callable

# Word by word, and not by one pattern of an address: that would look through the rest of a word
# again from each of its letters, and a word may have millions.
_WORD = re.compile(r"[^\s\"'<>()\[\],;:=/?&]+")
_AT = re.compile(r".(?:@|%40).", re.IGNORECASE)
# Control and format characters, halves of characters, separators of lines: what moves a cursor, is
# not seen, or turns the writing round.
_NOT_TO_SHOW = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def without_addresses(text: str, stand_in: Callable[[str], str] = lambda _: "[address]") -> str:
    """A text in which something else stands for what looks like an e-mail address, as it is written
    or as a URL has it. `stand_in` is given the address."""
    return _WORD.sub(lambda word: stand_in(word[0]) if _AT.search(word[0]) else word[0], text)


def visible(text: str) -> str:
    """A text in one line, in which escapes stand for what a terminal would obey or not show."""
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if unicodedata.category(character) in _NOT_TO_SHOW:
        return character.encode("unicode_escape").decode()
    return character
