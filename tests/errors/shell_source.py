"""The sentences of the scripts."""

import re
from collections.abc import Iterator

from tests.conftest import PROJECT
from tests.errors.sentences import ANYTHING, Sentence, sentences


def of_scripts() -> Iterator[Sentence]:
    """What scripts say aside, less what they say of their progress, which ends in three dots."""
    for path in sorted((PROJECT / "scripts").iterdir()):
        script = path.read_text().replace("\\\n", " ")
        for said in re.findall(r"echo (.*?) >&2", script):
            text = re.sub(r"\$\((?:[^()]|\([^()]*\))*\)|\$\w+", ANYTHING, said)
            if not text.endswith('..."'):
                yield from sentences([text.replace('"', "")], path)
