"""The README's questions have answers: two of each public table, in SQL that runs as it stands."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.conftest import BIN, PROJECT, Warehouse

# Questions that the demo world has no row for, and why.
UNANSWERED = {
    "Which columns were filled in after the fact?": "none was",
    "Does another model score than should, and why?": "none was changed",
    "What else was changed since it was trained, and what was it for?": "none was changed",
    **dict.fromkeys(
        (
            "What did we tell the CRM of a lead, and when? (here of today's best one)",
            "Which answers but success do we get, and how often?",
            "What is wrong with what we send?",
            "Which hot leads are affected?",
            "Did the last syncs tell all that was due?",
            "How many calls does a thousand leads cost, and how many of them are retries?",
        ),
        "nothing was synced",
    ),
}


@dataclass(frozen=True)
class Question:
    table: str
    words: str
    sql: str

    def __str__(self) -> str:
        return f"{self.table}: {self.words}"


def questions() -> list[Question]:
    section = (PROJECT / "README.md").read_text().split("\n## Questions answered\n")[1]
    section = section.split("\n## ")[0]
    blocks = re.findall(
        r"<details><summary><code>(\w+)</code>: [^\n]+</summary>\n\n"
        r"```sql\n(.*?)```\n\n</details>\n",
        section,
        re.DOTALL,
    )
    assert section.count("```sql\n") == len(blocks), "SQL that no table is asked"
    return [
        Question(table, sql.splitlines()[0].removeprefix("-- "), sql.strip() + "\n")
        for table, block in blocks
        for sql in block.split("\n\n")
    ]


def public_tables() -> set[str]:
    described = (yaml.safe_load(path.read_text()) for path in PROJECT.glob("models/**/*.yml"))
    return {
        model["name"]
        for file in described
        for model in file.get("models", ())
        if model.get("config", {}).get("access") == "public"
    }


def test_each_public_table_is_asked_two_questions() -> None:
    asked = Counter(question.table for question in questions())
    assert asked == dict.fromkeys(public_tables(), 2)
    for question in questions():
        assert "?" in question.words, question
        assert question.sql.count(";") == 1, question
        assert re.search(rf"\b(from|join) {question.table}\b", question.sql), question


def test_the_questions_read_like_the_models(tmp_path: Path) -> None:
    for number, question in enumerate(questions()):
        (tmp_path / f"{question.table}_{number}.sql").write_text(question.sql)
    options = ("--config", PROJECT / ".sqlfluff", "--templater", "raw", "--disable-progress-bar")
    done = subprocess.run(
        [BIN / "sqlfluff", "lint", *options, tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def published(demo_days: list[Warehouse]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The newest run's files as views: the folder has been renamed since it was published."""
    current = demo_days[-1].folder / "leadhouse_published" / "current"
    with duckdb.connect() as connection:
        for file in current.glob("*.parquet"):
            connection.read_parquet(str(file)).create_view(file.stem)
        yield connection


@pytest.mark.slow
@pytest.mark.parametrize("question", questions(), ids=str)
def test_a_question_is_answered(question: Question, published: duckdb.DuckDBPyConnection) -> None:
    answer = published.execute(question.sql).fetchall()
    assert bool(answer) == (question.words not in UNANSWERED), answer
