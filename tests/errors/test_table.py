"""docs/errors.md lists all that the project says of what is wrong, and nothing else.

What it says is found in its source, where each message is said; each row names a test that raises
it, which has words of the message that no other has.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.errors.dbt_source import alerts, data_tests, of_dbt
from tests.errors.python_source import of_python
from tests.errors.sentences import Sentence
from tests.errors.shell_source import of_scripts
from tests.errors.table import Row, rows

# What dbt says itself, and what a command ends with.
OF_OTHERS = {"Said by dbt", "Exit codes"}
OWN_ROWS = [row for row in rows() if row.section not in OF_OTHERS]


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
        "tier_policy names \"…\", not in the seed tier_policies.",  # of SQL
        "… is none of …",  # a reason why a row is rejected
        "--raw-dir wants a folder: scripts/build --raw-dir FOLDER",  # a script's
        "`became_hot`",
        "`reasons_add_up`",
    } <= said


@pytest.mark.parametrize("sentence", all_sentences(), ids=lambda sentence: sentence.text[:60])
def test_every_sentence_has_one_row(sentence: Sentence) -> None:
    found = [row.says for row in OWN_ROWS if row.holds(sentence.text)]
    assert len(found) == 1, f"{sentence.place} says: {sentence.text}"


@pytest.mark.parametrize("row", OWN_ROWS, ids=lambda row: row.says[:60])
def test_every_row_is_said_somewhere(row: Row) -> None:
    assert any(row.holds(sentence.text) for sentence in all_sentences())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.says[:60])
def test_every_row_is_raised_by_a_test(row: Row) -> None:
    file, _, name = row.test.partition("::")
    assert (PROJECT / file).is_file(), row.test
    said = words_of(PROJECT / file, name)
    assert any(piece in said for piece in row.fragments), sorted(row.fragments)


@cache
def words_of(path: Path, test: str) -> str:
    """The texts of a test and of what it has at hand: its module less other tests, and helpers."""
    module = ast.parse(path.read_text())
    *groups, name = test.split("::")
    names = {*groups, name}
    assert any(node.name == name for node in ast.walk(module) if isinstance(node, ast.FunctionDef))
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
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def helpers_of(module: ast.Module) -> Iterator[Path]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            yield PROJECT.joinpath(*node.module.split(".")).with_suffix(".py")
