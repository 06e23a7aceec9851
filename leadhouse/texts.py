"""E-mail addresses in texts that others wrote."""

import re
from collections.abc import Callable

# Word by word, and not by one pattern of an address: that would look through the rest of a word
# again from each of its letters, and a word may have millions.
_WORD = re.compile(r"[^\s\"'<>()\[\],;:=/?&]+")
_AT = re.compile(r".(?:@|%40).", re.IGNORECASE)


def without_addresses(text: str, stand_in: Callable[[str], str] = lambda _: "[address]") -> str:
    """A text in which something else stands for what looks like an e-mail address, as it is written
    or as a URL has it. `stand_in` is given the address."""
    return _WORD.sub(lambda word: stand_in(word[0]) if _AT.search(word[0]) else word[0], text)
