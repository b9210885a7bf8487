"""A report as blocks in one order, whatever file it becomes: headings, paragraphs, formulas, figures and tables.

Figures and tables go by names; their numbers follow from the order, and a cross-reference prints the number of what it
names. Every text that a reader sees passes through :func:`typeset` on its way into a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from ecocomp.language import Language
from ecocomp.outputs.report.tables import Table

__all__ = [
    "Block", "Commands", "CrossReference", "Document", "Entries", "Formula", "Heading", "Inline", "Inlines", "Link",
    "NumberedFigure", "NumberedTable", "Paragraph", "Run", "Section", "Terms", "label_parts", "plain_text", "spliced",
    "typeset",
]  # fmt: skip

Style = Literal["plain", "strong", "emphasis", "subscript", "superscript", "code"]
_PART = re.compile("\x00(\\d+)\x00")
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Characters that are no text: controls, marks of the direction of writing, halves of pairs, no characters at all."""


@dataclass(frozen=True)
class Run:
    """A piece of text in one style."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True)
class Link:
    """A piece of text that leads somewhere: to a web page, a section by name, or the report in another run's folder."""

    text: str
    address: str
    kind: Literal["web", "section", "run"] = "web"


@dataclass(frozen=True)
class CrossReference:
    """The label of a figure or table by its name, printed with its number: ``Figure 3``."""

    name: str


Inline = str | Run | Link | CrossReference
Inlines = Sequence[Inline]


@dataclass(frozen=True)
class Heading:
    """The heading of a part of a section."""

    text: Inlines


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: Inlines
    kind: Literal["text", "aside", "issue"] = "text"


@dataclass(frozen=True)
class Formula:
    """A formula on a line of its own."""

    text: Inlines


@dataclass(frozen=True)
class NumberedFigure:
    """A picture with its caption; ``path`` is a png, with a svg beside it where there is one."""

    name: str
    path: Path
    alternative: str
    caption: Inlines
    remark: Inlines = ()


@dataclass(frozen=True)
class NumberedTable:
    """A table with its caption; ``kind`` names its layout where it has one of its own."""

    name: str
    table: Table
    caption: Inlines
    remark: Inlines = ()
    kind: str = ""


@dataclass(frozen=True)
class Terms:
    """Terms with what is said of each; ``kind`` is ``facts`` for short ones."""

    items: Sequence[tuple[Inlines, Inlines]]
    kind: Literal["caveats", "facts"] = "caveats"


@dataclass(frozen=True)
class Commands:
    """Lines to type into a terminal."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Entries:
    """The entries of a bibliography."""

    items: Sequence[Inlines]


Block = Heading | Paragraph | Formula | NumberedFigure | NumberedTable | Terms | Commands | Entries


@dataclass(frozen=True)
class Section:
    """A section, by the name that links to it use."""

    name: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A report: what stands above it, and its sections; the first one is the summary, and the contents follow it.

    ``stem`` is the name of its file without the ending, ``version`` that of ecocomp.

    Raises
    ------
    ValueError
        If two figures or tables have one name, or something refers to what is not there: a mistake in ecocomp.
    """

    title: str
    kicker: str
    byline: str
    notice: str
    language: Language
    sections: Sequence[Section]
    stem: str
    version: str
    created: datetime

    def __post_init__(self) -> None:
        names = [block.name for block in self.blocks() if isinstance(block, NumberedFigure | NumberedTable)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"figures or tables of one name: {', '.join(twice)}")
        known = {"section": {section.name for section in self.sections}, "label": set(names)}
        lost = [
            part
            for part in self.inlines()
            if (isinstance(part, CrossReference) and part.name not in known["label"])
            or (isinstance(part, Link) and part.kind == "section" and part.address not in known["section"])
        ]
        if lost:
            raise ValueError(f"nothing is there to refer to: {', '.join(map(str, lost))}")

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks of all sections in order."""
        for section in self.sections:
            yield from section.blocks

    def inlines(self) -> Iterator[Inline]:
        """Yield every piece of text of the blocks, cells of tables excepted."""
        for block in self.blocks():
            if isinstance(block, NumberedFigure | NumberedTable):
                yield from (*block.caption, *block.remark)
            elif isinstance(block, Terms):
                for term, said in block.items:
                    yield from (*term, *said)
            elif isinstance(block, Entries):
                for item in block.items:
                    yield from item
            elif not isinstance(block, Commands):
                yield from block.text

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each figure and table by its name: figures and tables are counted apart."""
        counts = {NumberedFigure: 0, NumberedTable: 0}
        found = {}
        for block in self.blocks():
            if isinstance(block, NumberedFigure | NumberedTable):
                counts[type(block)] += 1
                found[block.name] = counts[type(block)]
        return found

    @cached_property
    def labelled(self) -> Mapping[str, NumberedFigure | NumberedTable]:
        """The figures and tables by their names."""
        return {b.name: b for b in self.blocks() if isinstance(b, NumberedFigure | NumberedTable)}

    def label(self, name: str) -> str:
        """Return the label of a figure or table: ``Figure 3``, ``图 3``."""
        before, after = label_parts(self.language, self.labelled[name])
        return f"{before}{self.numbers[name]}{after}"

    @property
    def after_label(self) -> str:
        """What stands between a label and its caption: ``. `` or a wide blank."""
        return self.language.joined([self.language.say("{label}.", label=""), "\x00"]).removesuffix("\x00")


def label_parts(language: Language, block: NumberedFigure | NumberedTable) -> tuple[str, str]:
    """Return what stands before and after the number in the label of a figure or table."""
    gap = "\x00"
    if isinstance(block, NumberedFigure):
        text = language.say("Figure {number}", number=gap)
    else:
        text = language.say("Table {number}", number=gap)
    before, _, after = text.partition(gap)
    return before, after


def spliced(text: str, parts: Sequence[Inline]) -> list[Inline]:
    """Return a text in which the index of a part between two null characters stands for that part.

    A message of the catalogue is a string: what is no string, such as a cross-reference, is put in by this.
    """
    pieces = _PART.split(text)
    found: list[Inline] = [parts[int(piece)] if i % 2 else piece for i, piece in enumerate(pieces)]
    return [piece for piece in found if piece != ""]


def plain_text(text: Inlines, document: Document) -> str:
    """Return pieces of text as one string."""
    return "".join(
        piece if isinstance(piece, str) else document.label(piece.name) if isinstance(piece, CrossReference)
        else piece.text
        for piece in text
    )  # fmt: skip


def typeset(text: str) -> str:
    """Return a text as it is printed: numbers stay with their units, and nothing in it acts on what stands around it.

    Control characters, and those that turn the direction of writing, are shown by their code, such as ``[U+202E]``:
    a name that holds them cannot hide or reorder anything.
    """
    shown = _ACTING.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)
    joined = shown.replace(" × 10⁸ CNY", "\u00a0×\u00a010⁸\u00a0CNY").replace("10⁸ CNY", "10⁸\u00a0CNY")
    joined = re.sub(r"\b([pNVM]) ([<=≤>]) ", "\\1\u00a0\\2\u00a0", joined)
    return re.sub(r"(?<=\d) (?=(?:km|Mt|million)\b)", "\u00a0", joined)
