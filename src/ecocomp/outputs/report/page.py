"""A report as one self-contained page that opens offline, and is printed as it stands."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path

import jinja2
from jinja2.runtime import Context
from markupsafe import Markup, escape

from ecocomp.outputs.report.document import (
    CrossReference,
    Document,
    Inlines,
    Link,
    NumberedFigure,
    NumberedTable,
    Run,
    plain_text,
    typeset,
)
from ecocomp.outputs.report.widths import column_widths

__all__ = ["css_string", "html_of", "png_address", "prose", "write_html"]

LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}
LONG = 40
"""Characters from which a cell that should stay on one line is broken all the same."""
LONGEST_HEAD = 70
"""Letters of a title or notice that stand in the margin of a printed page; a Chinese character takes two."""
PRINTED = 176.0
"""Width of the text of a printed page [mm]."""
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")
_TAGS = {"strong": "strong", "emphasis": "i", "subscript": "sub", "superscript": "sup", "code": "code"}


def write_html(document: Document, path: Path) -> None:
    """Write a report as one self-contained HTML page."""
    path.write_text(html_of(document), encoding="utf-8", newline="\n")


def png_address(figure: Path) -> str:
    """Return a picture as the address of its own bytes."""
    return f"data:image/png;base64,{base64.b64encode(figure.read_bytes()).decode('ascii')}"


def html_of(document: Document, address: Callable[[Path], str] = png_address, ending: str = "html") -> str:
    """Return the page of a report.

    Parameters
    ----------
    document
        The report.
    address
        Gives the address of a figure's picture from its path.
    ending
        Of the reports in the folders of scenarios, to which the page leads.
    """
    return _template().render(
        document=document, address=address, ending=ending, tag=LANGUAGE_TAGS[document.language.code], long=LONG,
        marked=document.language.code != "zh",  # a Chinese page need not say of each name that it is Chinese
        style=Markup(resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")),
        contents=document.language.say("Contents"),
    )  # fmt: skip


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ecocomp.outputs.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "prose": _prose, "inlines": _inlines, "lead": _lead, "plain": typeset, "css_string": css_string, "short": short,
        "widths": lambda table: column_widths(table, PRINTED), "kind": lambda block: type(block).__name__,
    }  # fmt: skip
    return environment.get_template("report.html.j2")


def prose(text: str, *, marked: bool = True) -> Markup:
    """Return text escaped for a page: ``marked``, Chinese runs are said to be Chinese."""
    escaped = str(escape(typeset(text)))
    if not marked:
        return Markup(escaped)  # escaped above
    return Markup(_CHINESE.sub(lambda run: f'<span lang="zh">{run.group()}</span>', escaped))


def short(text: str) -> str:
    """Return a title as it fits above a page."""
    letters = 0
    for i, c in enumerate(text):
        letters += 2 if unicodedata.east_asian_width(c) in "WF" else 1
        if letters > LONGEST_HEAD:
            return f"{text[:i]}…"
    return text


def css_string(text: str) -> Markup:
    """Return text as a CSS string; whatever could end it, or the style element, is written as its code point."""
    safe = "".join(c if c.isalnum() or c in " .,;:-()" else f"\\{ord(c):x} " for c in typeset(text))
    return Markup(f'"{safe}"')  # nothing but letters, digits and codes is left


@jinja2.pass_context
def _prose(context: Context, text: str) -> Markup:
    return prose(text, marked=context["marked"])


@jinja2.pass_context
def _lead(context: Context, block: NumberedFigure | NumberedTable) -> str:
    document: Document = context["document"]
    return document.label(block.name) + document.after_label


@jinja2.pass_context
def _inlines(context: Context, text: Inlines) -> Markup:
    document: Document = context["document"]
    found = []
    for piece in text:
        if isinstance(piece, CrossReference):
            label = _prose(context, document.label(piece.name))
            found.append(Markup('<a href="#{}">{}</a>').format(piece.name, label))
        elif isinstance(piece, Link):
            address = _address(piece, document, context["ending"])
            found.append(Markup('<a href="{}">{}</a>').format(address, _prose(context, piece.text)))
        elif isinstance(piece, Run) and piece.style != "plain":
            tag = Markup(_TAGS[piece.style])  # one of our own
            found.append(Markup("<{0}>{1}</{0}>").format(tag, _prose(context, piece.text)))
        else:
            found.append(_prose(context, plain_text([piece], document)))
    return Markup("").join(found)


def _address(link: Link, document: Document, ending: str) -> str:
    if link.kind == "section":
        return f"#{link.address}"
    return f"{link.address}/{document.stem}.{ending}" if link.kind == "run" else link.address
