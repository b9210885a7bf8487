"""Every code and severity that the source gives an `Issue`, found by reading the source as a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ecocomp

PACKAGE = Path(ecocomp.__file__).parent
WORDS = ("error", "warning", "note")


@dataclass(frozen=True)
class Raised:
    """One place that builds an issue: its code, its severities (empty: the rules table's), and where it stands."""

    code: str
    severities: frozenset[str]
    place: str


class UnresolvedError(AssertionError):
    """A code that cannot be told from the source: write it as a literal, or hand a literal to a helper function."""


@cache
def raised() -> list[Raised]:
    """Return every code that any module gives an issue."""
    found: list[Raised] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path != PACKAGE / "rules.py":  # builds issues of any rule
            found += _in_module(ast.parse(path.read_text(encoding="utf-8")), path.relative_to(PACKAGE).as_posix())
    return found


def codes_in(source: str) -> list[Raised]:
    """Return every code that the text of one module gives an issue."""
    return list(_in_module(ast.parse(source), "text"))


def _in_module(module: ast.Module, file: str) -> Iterator[Raised]:
    functions = [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef)]
    inside = {id(n): f for f in functions for n in ast.walk(f)}  # later functions are the inner ones
    for call in (n for n in ast.walk(module) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)):
        name, function = call.func.id, inside.get(id(call))  # type: ignore[attr-defined]
        place = f"{file}:{call.lineno}"
        if name == "Issue":
            codes = _texts(_argument(call, 1, "code"), function, module, place)
            severities = frozenset(_texts(_argument(call, 0, "severity"), function, module, place))
            assert severities <= set(WORDS), f"{place}: {severities}"
        elif name == "issue_of":
            codes, severities = _texts(_argument(call, 0, "name"), function, module, place), frozenset()
        else:
            continue
        yield from (Raised(code, severities, place) for code in codes)


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    if len(call.args) > position and not any(isinstance(a, ast.Starred) for a in call.args[: position + 1]):
        return call.args[position]
    return next((k.value for k in call.keywords if k.arg == name), None)


def _texts(node: ast.expr | None, function: ast.FunctionDef | None, module: ast.Module, place: str) -> set[str]:
    """Return every text that an expression can be, following names to assignments, parameters and callers."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.Attribute) and node.attr in ("code", "severity"):
        return set()  # handed on from an issue that is raised elsewhere
    if isinstance(node, ast.IfExp):
        return _texts(node.body, function, module, place) | _texts(node.orelse, function, module, place)
    if isinstance(node, ast.JoinedStr):
        texts = {""}
        for part in node.values:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            texts = {a + b for a in texts for b in _texts(value, function, module, place)}
        return texts
    if isinstance(node, ast.Name) and function is not None:
        return _named(node.id, function, module, place)
    raise UnresolvedError(f"{place}: {ast.unparse(node) if node else 'nothing'} is no literal")


def _named(name: str, function: ast.FunctionDef, module: ast.Module, place: str) -> set[str]:
    assigned = [
        n.value for n in ast.walk(function)
        if isinstance(n, ast.Assign | ast.AnnAssign) and n.value is not None
        and any(isinstance(t, ast.Name) and t.id == name for t in getattr(n, "targets", [getattr(n, "target", None)]))
    ]  # fmt: skip
    if assigned:
        return set().union(*(_texts(value, function, module, place) for value in assigned))
    functions = [f for f in ast.walk(module) if isinstance(f, ast.FunctionDef)]
    enclosing = {id(n): f for f in functions for n in ast.walk(f) if n is not f}
    parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    keyword_only = [a.arg for a in function.args.kwonlyargs]
    if name not in (*parameters, *keyword_only):
        outer = enclosing.get(id(function))
        if outer is None:
            raise UnresolvedError(f"{place}: cannot tell what {name} is")
        return _named(name, outer, module, place)
    position = parameters.index(name) if name in parameters else len(parameters) + 99
    texts = _default(name, function)
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function.name:
            given = _argument(call, position, name)
            if given is not None:
                texts |= _texts(given, enclosing.get(id(call)), module, f"{place} from line {call.lineno}")
    if not texts:
        raise UnresolvedError(f"{place}: no caller in the module says what {name} is")
    return texts


def _default(name: str, function: ast.FunctionDef) -> set[str]:
    arguments = function.args.args
    pairs = [
        *zip(arguments[len(arguments) - len(function.args.defaults) :], function.args.defaults, strict=True),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]
    return {d.value for a, d in pairs if a.arg == name and isinstance(d, ast.Constant) and isinstance(d.value, str)}
