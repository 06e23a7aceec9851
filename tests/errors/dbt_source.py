"""The sentences of the dbt project, and what else of it flags something: by its name."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path

import yaml
from dbt_common.clients.jinja import get_environment
from jinja2 import nodes

from tests.conftest import PROJECT
from tests.errors.sentences import ANYTHING, LISTS_OF_FINDINGS, Sentence, sentences

_MACROS_THAT_SPEAK = {"stop_run", "raise_compiler_error", "warn", "log"}
# A literal or a blank of an SQL expression that is put together with `||`.
_SQL_TEXT = re.compile(r"'((?:[^']|'')*)'|([^'|]+)")


def of_dbt() -> Iterator[Sentence]:
    """All that macros and models say of what is wrong."""
    for path in _sql_files("macros", "models"):
        yield from sentences(_said(path), path)


def _sql_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.sql"))]


def _said(path: Path) -> Iterator[str]:
    template = _template(path)
    for call in template.find_all(nodes.Call):
        name = getattr(call.node, "attr", None) or getattr(call.node, "name", "")
        is_listed = name == "append" and getattr(call.node.node, "name", "") in LISTS_OF_FINDINGS
        if name in _MACROS_THAT_SPEAK or is_listed:
            yield from _texts(call.args[0], template)
        if name == "judge_rows":
            rules = [word.value.as_const() for word in call.kwargs if word.key == "rules"]
            yield from (reason for listed in rules for _, reason in listed)
    sql = path.read_text()
    for expression in re.findall(r"\berror\((.*?)\)\s*(?:\)|end)", sql, re.DOTALL):
        yield _sql_text(expression)
    for expression in re.findall(r"then\s+((?:(?!then).)*?)\s+end as sentence", sql, re.DOTALL):
        yield _sql_text(expression)
    # What judge_rows writes as the reason why a row is rejected.
    if path.name == "judge_rows.sql":
        yield from map(_sql_text, re.findall(r"^\s*then ('.*')$", sql, re.MULTILINE))


@cache
def _template(path: Path) -> nodes.Template:
    return get_environment(None).parse(path.read_text())


def _texts(node: nodes.Node, template: nodes.Template) -> set[str]:
    match node:
        case nodes.Const(value=str(text)):
            return {text}
        case nodes.Concat(nodes=parts):
            return _put_together(_texts(part, template) for part in parts)
        case nodes.Add(left=left, right=right):
            return _put_together(_texts(part, template) for part in (left, right))
        case nodes.Name(name=name):
            for assignment in template.find_all(nodes.Assign):
                if getattr(assignment.target, "name", "") == name:
                    return _texts(assignment.node, template)
    return {ANYTHING}


def _put_together(parts: Iterable[set[str]]) -> set[str]:
    return {"".join(chosen) for chosen in product(*parts)}


def _sql_text(expression: str) -> str:
    """An SQL expression's literals, with `…` for the rest and for what Jinja puts in."""
    plain = re.sub(r"{{.*?}}|printf\(.*?\)", ANYTHING, expression)
    return "".join(
        ANYTHING if blank.strip() else literal for literal, blank in _SQL_TEXT.findall(plain)
    )


def alerts() -> Iterator[Sentence]:
    """The kinds of what is flagged in tables: alerts on leads, findings of leakage."""
    path = PROJECT / "models" / "activation" / "int_lead_alerts.sql"
    yield from sentences(map(_quoted, re.findall(r"'(\w+)' as kind", path.read_text())), path)
    path = PROJECT / "models" / "training" / "feature_leakage.yml"
    [model] = yaml.safe_load(path.read_text())["models"]
    [finding] = [column for column in model["columns"] if column["name"] == "finding"]
    [test] = [test for test in finding["data_tests"] if "accepted_values" in test]
    yield from sentences(map(_quoted, test["accepted_values"]["arguments"]["values"]), path)


def data_tests() -> Iterator[Sentence]:
    """The tests of data by name: the singular ones, and the generic ones that models have."""
    for path in sorted((PROJECT / "tests" / "dbt").glob("*.sql")):
        yield from sentences([_quoted(path.stem)], path)
    for path in (*PROJECT.glob("models/**/*.yml"), *PROJECT.glob("seeds/**/*.yml")):
        described = yaml.safe_load(path.read_text())
        for resource in (*described.get("models", []), *described.get("seeds", [])):
            for holder in (resource, *resource.get("columns", [])):
                for test in holder.get("data_tests", []):
                    name = test if isinstance(test, str) else next(iter(test))
                    yield Sentence(_quoted(name), "models and seeds")


def _quoted(name: str) -> str:
    return f"`{name}`"
