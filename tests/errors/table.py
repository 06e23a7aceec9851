"""The rows of docs/errors.md."""

import re
from dataclasses import dataclass
from functools import cache

from tests.conftest import PROJECT
from tests.errors.sentences import ANYTHING, tidy

_CELLS = 4
# So many letters of a message, that no other row has, are enough to know it by.
_TELLING = 12


@dataclass(frozen=True)
class Row:
    """A row: `says` is the message, with `…` for its blanks; `test` a pytest id."""

    section: str
    says: str
    why: str
    to_do: str
    test: str

    def holds(self, text: str) -> bool:
        """Whether a sentence is one of the row's; a blank of the row may be anything."""
        pattern = ".*".join(map(re.escape, self.says.split(ANYTHING)))
        return re.fullmatch(pattern, text) is not None

    @property
    def words(self) -> list[str]:
        """What the message has between its blanks."""
        return [words for part in self.says.split(ANYTHING) if (words := part.strip(" .,:;()"))]

    @property
    def fragments(self) -> set[str]:
        """What the message can be known by: pieces of its words, that no other row has if it can
        be. A name is known by itself, and so is a number."""
        if named := re.fullmatch(r"`(\w+)`", self.says) or re.match(r"(\d+)", self.says):
            return {named[1]}
        found = set()
        for words in self.says.split(ANYTHING):
            width = min(_TELLING, len(words))
            found |= {words[i : i + width] for i in range(len(words) - width + 1)}
        others = [row.says for row in rows() if row is not self]
        telling = {piece for piece in found if not any(piece in says for says in others)} or found
        longest = max(map(len, telling))
        return {piece for piece in telling if len(piece) == longest}


@cache
def rows() -> tuple[Row, ...]:
    """All rows, in their order."""
    found = []
    section = ""
    for line in (PROJECT / "docs" / "errors.md").read_text().splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith("| what it says"):
            cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
            assert len(cells) == _CELLS + 2, f"a row has {_CELLS} cells: {line}"
            says, why, to_do, test = cells[1:-1]
            found.append(Row(section, tidy(says), why, to_do, test.strip("`")))
    return tuple(found)
