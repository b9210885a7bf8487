"""Pages of docs/ as a reader follows them: files written, tables mended, commands typed, their answers compared."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from ecocomp.cli import main

DOCS = Path(__file__).resolve().parents[1] / "docs"
FENCE = re.compile(
    r"(?:<!-- (?P<verb>\w+): (?P<argument>[^>]*?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S
)
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """A fenced block, with what the comment before it says to do: ``<!-- verb: argument -->``."""

    verb: str | None
    argument: str | None
    kind: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    for found in FENCE.finditer(page.read_text(encoding="utf-8")):
        yield Block(**found.groupdict())


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Return each command of a console block with the answer that the page shows, empty where it shows none."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, answer = part.partition("\n")
        yield command.strip(), answer.strip("\n")


def hold(command: str, shown: str) -> None:
    """Type a command in this process and folder, and hold what a page shows against what is printed.

    A page that shows nothing says that nothing goes wrong.
    """
    program, *arguments = command.split()
    assert program == "ecocomp", command
    outcome = CliRunner().invoke(main, arguments)
    assert "Traceback" not in outcome.output, outcome.output
    if not shown:
        assert outcome.exit_code == 0, f"{command}\n{outcome.output}"
        return
    printed = outcome.output.strip("\n") + "\n"
    told = f"{command}\n--- the page shows\n{shown}\n--- printed\n{printed}"
    assert doctest.OutputChecker().check_output(shown + "\n", printed, LOOSE), told
