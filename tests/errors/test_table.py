"""docs/errors.md lists all that the project says of what is wrong, and nothing else.

What it says is found in its source, where each message is said; each row names a test that raises
it, which has words of the message that no other has.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import PROJECT
from tests.errors.dbt_source import alerts, data_tests, of_dbt
from tests.errors.python_source import of_python
from tests.errors.sentences import Sentence
from tests.errors.shell_source import of_scripts
from tests.errors.table import rows

# Not found where something is raised: they are put together from words that stand elsewhere.
AT_THE_END = "Said at the end, and of single leads"
# What dbt says itself, and what a command ends with.
OF_OTHERS = {"Said by dbt", "Exit codes"}
OWN_ROWS = [row for row in rows() if row.section not in {AT_THE_END, *OF_OTHERS}]


@cache
def all_sentences() -> list[Sentence]:
    found = {*of_python(), *of_dbt(), *of_scripts(), *alerts(), *data_tests()}
    return sorted(found, key=lambda sentence: (sentence.place, sentence.text))


def test_the_source_speaks() -> None:
    """A search that finds nothing would prove nothing."""
    said = {sentence.text for sentence in all_sentences()}
    assert {
        "… was not built to the end; run scripts/build first. (…)",  # raised at once
        "… is being built (…); try again when that is done.",  # by a function that makes it
        "… is a link to a file that is not there.",  # found, and told with others
        "dbt was ended by ….",  # one of the sentences of a command
        "`retrain` must be auto, always or never; it is '…'.",  # a macro's
        'tier_policy names "…", not in the seed tier_policies.',  # of SQL
        "… is none of …",  # a reason why a row is rejected
        "--raw-dir wants a folder: scripts/build --raw-dir FOLDER",  # a script's
        "`became_hot`",
        "`reasons_add_up`",
    } <= said


def test_every_sentence_has_one_row() -> None:
    astray = []
    for sentence in all_sentences():
        found = [row.says for row in OWN_ROWS if row.holds(sentence.text)]
        # Of a row that has the very words and one with wider blanks, the first is meant.
        if len(found) != 1 and sentence.text not in found:
            astray.append((sentence, found))
    assert astray == []


def test_every_row_is_said_somewhere() -> None:
    said = [sentence.text for sentence in all_sentences()]
    stale = [row.says for row in OWN_ROWS if not any(map(row.holds, said))]
    library = (PROJECT / "leadhouse").rglob("*.py")
    texts = ["\n".join(texts_within(ast.parse(file.read_text()))) for file in library]
    for row in rows():
        if row.section == AT_THE_END and not any(
            all(words in text for words in row.words) for text in texts
        ):
            stale.append(row.says)
    assert stale == []


def test_every_row_is_raised_by_a_test() -> None:
    unproven = []
    for row in rows():
        file, _, name = row.test.partition("::")
        if not any(piece in words_of(PROJECT / file, name) for piece in row.fragments):
            unproven.append((row.test, row.says))
    assert unproven == []


def test_every_row_says_what_to_do() -> None:
    assert [row.says for row in rows() if not row.to_do] == []


@cache
def words_of(path: Path, test: str) -> str:
    """The texts of a test and of what it has at hand: its module less other tests, and helpers."""
    if path.suffix == ".yml":
        assert f"name: {test}\n" in path.read_text()
        return re.sub(r"\s+", " ", path.read_text())
    module = ast.parse(path.read_text())
    *groups, name = test.split("::")
    names = {*groups, name}
    tests = {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    assert name in tests, f"{path} has no {name}"
    shared = [
        node
        for node in module.body
        if not getattr(node, "name", "").lower().startswith("test") or node.name in names
    ]
    texts = [text for node in shared for text in texts_within(node)]
    for helper in helpers_of(module):
        texts += texts_within(ast.parse(helper.read_text()))
    return re.sub(r"\s+", " ", "\n".join(texts)).replace("\\", "")


def texts_within(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str | int):
            yield str(inner.value)


def helpers_of(module: ast.Module) -> Iterator[Path]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            yield PROJECT.joinpath(*node.module.split(".")).with_suffix(".py")
