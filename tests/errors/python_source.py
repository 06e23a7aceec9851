"""The sentences of the Python code: what it raises, finds wrong with the input or says aside."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path

from tests.conftest import PROJECT
from tests.errors.sentences import ANYTHING, LISTS_OF_FINDINGS, Sentence, sentences

# Of two texts for one blank both are taken; of more, none.
_MOST_VARIANTS = 8


def of_python() -> Iterator[Sentence]:
    for path in _python_files():
        module = _module(path)
        for scope in ast.walk(module.tree):
            if isinstance(scope, ast.FunctionDef | ast.Module):
                for node in _own_nodes(scope):
                    for said in _said(node):
                        yield from sentences(module.texts(said, scope), path)


def _python_files() -> list[Path]:
    return [
        *sorted((PROJECT / "leadhouse").rglob("*.py")),
        *sorted((PROJECT / "python_models").rglob("*.py")),
    ]


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module, less those of the functions within."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own_nodes(child)


def _said(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions of what is told to people, if the node tells of something wrong."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        yield from node.exc.args[:1]
    elif isinstance(node, ast.Call):
        name = _name(node.func)
        is_listed = name == "append" and _name(getattr(node.func, "value", None)) in (
            LISTS_OF_FINDINGS
        )
        if re.search(r"Error$|^BadParameter$", name) or is_listed or _is_to_stderr(node):
            yield from node.args[:1]
        if name[:1].isupper():
            yield from (word.value for word in node.keywords if word.arg in LISTS_OF_FINDINGS)
    elif isinstance(node, ast.AugAssign | ast.Assign):
        target = _name(node.target if isinstance(node, ast.AugAssign) else node.targets[0])
        if target in LISTS_OF_FINDINGS or target == "problem":
            yield node.value
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from (value for key, value in pairs if getattr(key, "value", None) == "failed")


def _is_to_stderr(call: ast.Call) -> bool:
    return _name(call.func) in {"echo", "secho"} and any(
        word.arg == "err" for word in call.keywords
    )


def _name(node: ast.AST | None) -> str:
    return getattr(node, "attr", None) or getattr(node, "id", None) or ""


class _Module:
    """A module whose expressions are worked out as far as they are constant."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text())
        self._functions = {
            node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)
        }
        self._imported = {
            name.asname or name.name: (node.module, name.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for name in node.names
        }
        self._at_work: set[str] = set()

    def texts(self, expression: ast.expr, scope: ast.AST) -> set[str]:
        """What an expression may be, and what the lists are made of that it puts together."""
        found = self._variants(expression, scope)
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and _name(node.func) == "join":
                found |= self._variants(node.args[0], scope)
        return found

    def returned(self, function: str) -> set[str]:
        """The texts that a function may return, in a list or alone."""
        if function in self._at_work or function not in self._functions:
            return {ANYTHING}
        self._at_work.add(function)
        scope = self._functions[function]
        found = set()
        for node in _own_nodes(scope):
            match node:
                case ast.Return(value=ast.Constant(value=None)):
                    pass  # nothing is wrong
                case ast.Return(value=ast.expr() as value) | ast.Yield(value=ast.expr() as value):
                    found |= self._variants(value, scope)
        self._at_work.remove(function)
        return found or {ANYTHING}

    def named(self, name: str, scope: ast.AST) -> set[str]:
        """What a name may stand for: all that is assigned or appended to it."""
        key = f"{name} of {getattr(scope, 'name', '')}"
        if key in self._at_work:
            return {ANYTHING}
        self._at_work.add(key)
        found = set()
        for node in _own_nodes(scope):
            match node:
                case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                    found |= self._variants(value, scope)
                case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if (
                    target == name
                ):
                    found |= self._variants(value, scope)
                case ast.NamedExpr(target=ast.Name(id=target), value=value) if target == name:
                    found |= self._variants(value, scope)
                case ast.AugAssign(target=ast.Name(id=target), value=value) if target == name:
                    found |= self._variants(value, scope)
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=target), attr="append"), args=[value]
                ) if target == name:
                    found |= self._variants(value, scope)
        self._at_work.remove(key)
        if found or _is_bound(name, scope):
            return found or {ANYTHING}
        return self._from_elsewhere(name) if scope is self.tree else self.named(name, self.tree)

    def _from_elsewhere(self, name: str) -> set[str]:
        module = _module_of(self._imported.get(name, ("", ""))[0])
        return module.named(name, module.tree) if module else {ANYTHING}

    def _variants(self, expression: ast.expr, scope: ast.AST) -> set[str]:
        def variants(inner: ast.expr) -> set[str]:
            return self._variants(inner, scope)

        found = {ANYTHING}
        match expression:
            case ast.Constant(value=str(text)):
                found = {text}
            case ast.JoinedStr(values=parts):
                found = _put_together(map(variants, parts))
            case ast.FormattedValue(value=value, format_spec=None):
                found = variants(value)
                if len(found) > _MOST_VARIANTS:
                    found = {ANYTHING}
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                found = _put_together([variants(left), variants(right)])
            case ast.IfExp(body=body, orelse=orelse):
                found = variants(body) | variants(orelse)
            case ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
                found = set().union(*map(variants, values))
            case ast.ListComp(elt=value) | ast.GeneratorExp(elt=value) | ast.Starred(value=value):
                found = variants(value)
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
                found = {re.sub(r"{[^}]*}", ANYTHING, text)}
            case (
                ast.Call(func=ast.Name(id=name))
                | ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name))
            ):
                found = self._returned_anywhere(name)
            case ast.Name(id=name):
                found = self.named(name, scope)
        return found

    def _returned_anywhere(self, function: str) -> set[str]:
        if function in self._functions:
            return self.returned(function)
        module = _module_of(self._imported.get(function, ("", ""))[0])
        return module.returned(function) if module else {ANYTHING}


def _is_bound(name: str, scope: ast.AST) -> bool:
    """Whether a name is a parameter, or the variable of a loop or of `with` and the like."""
    return any(
        (isinstance(node, ast.arg) and node.arg == name)
        or (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))
        for node in ast.walk(scope)
    )


def _put_together(parts: Iterable[set[str]]) -> set[str]:
    return {"".join(chosen) for chosen in product(*parts)}


@cache
def _module(path: Path) -> _Module:
    return _Module(path)


def _module_of(name: str) -> _Module | None:
    path = PROJECT.joinpath(*name.split(".")).with_suffix(".py")
    return _module(path) if name.startswith("leadhouse") and path.is_file() else None
