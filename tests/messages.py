"""The messages that the code says, found in its syntax."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import ecocomp

PLACE = re.compile(r"\{(\w+)(?:[^{}]*)\}")
ROOT = Path(ecocomp.__file__).parent


def places(message: str) -> set[str]:
    """Return the names in braces of a message."""
    return set(PLACE.findall(message))


def said() -> Iterator[tuple[str, str]]:
    """Yield each message that needs a translation, with the place in the code that says it.

    Raises
    ------
    AssertionError
        If a message is no literal.
    """
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            of_language = isinstance(node.func.value, ast.Name | ast.Attribute) and (
                getattr(node.func.value, "id", getattr(node.func.value, "attr", "")) == "language"
            )
            if of_language and node.func.attr in ("say", "count"):
                where = f"{file.relative_to(ROOT)}:{node.lineno}"
                wanted = node.args[0 if node.func.attr == "say" else 1]
                assert isinstance(wanted, ast.Constant) and isinstance(wanted.value, str), f"{where}: not a literal"
                yield where, wanted.value
