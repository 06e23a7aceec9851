"""E-mail addresses in texts that others wrote."""

import re
from collections.abc import Callable

_E_MAIL = re.compile(r"[^\s\"'<>()\[\],;:=/?&]+(?:@|%40)[^\s\"'<>()\[\],;:=/?&]+", re.IGNORECASE)


def without_addresses(text: str, stand_in: Callable[[str], str] = lambda _: "[address]") -> str:
    """A text in which something else stands for what looks like an e-mail address, as it is written
    or as a URL has it. `stand_in` is given the address."""
    return _E_MAIL.sub(lambda found: stand_in(found[0]), text)
