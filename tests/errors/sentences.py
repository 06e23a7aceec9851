"""What a sentence is. It has `…` for each part that is not known before it is said."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import PROJECT

ANYTHING = "…"
# Lists of what is wrong that are said later, by their names in Python and in Jinja.
LISTS_OF_FINDINGS = {"errors", "warnings", "faults"}
# What only introduces a sentence that stands elsewhere, and good news.
_FRAME = re.compile(r"(leadhouse [a-z…]+|Waiting|Stopped|Input|Published): …")
_LEAST_LETTERS = 5


@dataclass(frozen=True)
class Sentence:
    """A sentence, and the file that says it."""

    text: str
    place: str


def sentences(texts: Iterable[str], path: Path) -> Iterator[Sentence]:
    """The texts that are sentences."""
    for text in map(tidy, texts):
        if sum(map(str.isalpha, text)) >= _LEAST_LETTERS and not _FRAME.fullmatch(text):
            yield Sentence(text, str(path.relative_to(PROJECT)))


def tidy(text: str) -> str:
    """A text on one line, with one `…` where there are several."""
    return re.sub(rf"{ANYTHING}+", ANYTHING, re.sub(r"\s+", " ", text)).strip()
