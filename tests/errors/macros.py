"""The project's macros, run as they are written, without dbt and without a warehouse."""

from collections.abc import Callable
from functools import cache
from typing import Any

import yaml
from dbt.context.base import get_context_modules
from dbt_common.clients.jinja import get_environment

from tests.conftest import PROJECT

# dbt's own, for what it has read of a macro.
_PREFIX = "dbt_macro__"


class StoppedError(Exception):
    """What a macro stopped a run with."""


class Exceptions:
    """dbt's `exceptions`."""

    @staticmethod
    def raise_compiler_error(sentence: str) -> None:
        raise StoppedError(sentence)

    @staticmethod
    def warn(sentence: str) -> None:
        raise StoppedError(sentence)


class Returned(Exception):  # noqa: N818 (no error)
    """How `return` ends a macro: with a value."""

    def __init__(self, value: object) -> None:
        self.value = value


def call(macro: str, *arguments: object, answers: object = None, **variables: object) -> object:
    """Calls a macro.

    Args:
        macro: its name.
        arguments: of the macro.
        answers: what each query gives.
        variables: that differ from those of dbt_project.yml.

    Raises:
        StoppedError: with the sentence that the macro stopped the run with, or warned with.
    """
    declared = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"] | variables
    context: dict[str, Any] = {
        "var": declared.get,
        "exceptions": Exceptions,
        "modules": get_context_modules(),
        "execute": True,
        "run_query": lambda sql: answers,
        "return": returned,
    }
    module = get_environment(None).from_string(_all_macros(), context).module
    prefixed = {name: value for name, value in vars(module).items() if name.startswith(_PREFIX)}
    context |= {name.removeprefix(_PREFIX): giving(value) for name, value in prefixed.items()}
    return context[macro](*arguments)


def returned(value: object) -> None:
    raise Returned(value)


def giving(macro: Callable[..., str]) -> Callable[..., object]:
    """A macro that gives what it returns, or else what it writes."""

    def give(*arguments: object, **named: object) -> object:
        try:
            return macro(*arguments, **named)
        except Returned as end:
            return end.value

    return give


@cache
def _all_macros() -> str:
    texts = [path.read_text() for path in sorted((PROJECT / "macros").rglob("*.sql"))]
    return "\n".join(text for text in texts if "{% materialization" not in text)
