"""What pages of docs/ say beside their examples: settings make a study, commands exist, works are listed."""

from __future__ import annotations

import copy
import re
import textwrap
import tomllib
from pathlib import Path

import click
import pytest
import yaml

import pages
from ecocomp import Study
from ecocomp.cli import main
from ecocomp.outputs.report import references

PAGES = sorted([*pages.DOCS.rglob("*.md"), pages.DOCS.parent / "README.md", pages.DOCS.parent / "CONTRIBUTING.md"])
HOW_TO = sorted((pages.DOCS / "howto").glob("*.md"))
TOML = re.compile(r"^( *)```toml\n(.*?)^ *```$", re.M | re.S)
COMMAND = re.compile(r"^ *(?:\$ )?(ecocomp [a-z][^#\n]*)", re.M)
FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.M | re.S)
TYPED = {"console", "sh", "bat", ""}
"""Kinds of blocks in which a page shows what is typed."""


@pytest.fixture(scope="module")
def practice() -> dict:
    """Return the settings of the tutorial's study, which the fragments of other pages are laid over."""
    (block,) = [b for b in pages.blocks(pages.DOCS / "first-study.md") if b.verb == "file"]
    return tomllib.loads(block.text)


@pytest.mark.parametrize("page", HOW_TO, ids=lambda p: p.stem)
def test_settings_of_a_how_to_are_a_study(page, practice):
    for indent, text in TOML.findall(page.read_text(encoding="utf-8")):
        settings = copy.deepcopy(practice)
        for section, keys in tomllib.loads(textwrap.dedent(text) if indent else text).items():
            settings[section] = {**settings.get(section, {}), **keys}
        Study.from_dict(settings)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_commands_that_a_page_names_exist(page):
    text = page.read_text(encoding="utf-8")
    for block in [block for kind, block in FENCED.findall(text) if kind in TYPED]:
        for line in COMMAND.findall(block):
            words, command = re.split(r"  +|\s", line.strip())[1:], main
            while isinstance(command, click.Group):
                assert words, line
                assert words[0] in command.commands or words[0].startswith("-"), line
                if words[0].startswith("-"):
                    break
                command = command.commands[words.pop(0)]
            options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
            assert {w.split("=")[0] for w in words if re.match(r"--?[a-z]", w)} <= options, line


def test_the_references_hold_what_reports_cite():
    listed = (pages.DOCS / "references.md").read_text(encoding="utf-8")
    cited = [r for r in vars(references).values() if isinstance(r, references.Reference)]
    assert len(cited) > 20
    assert [r.text for r in cited if r.text not in listed or r.doi not in listed] == []
    lines = [line for line in listed.splitlines() if line.startswith("- ")]
    assert lines == sorted(lines, key=str.casefold), "in alphabetical order"
    assert len(lines) == len(set(lines))


def test_every_page_links_to_pages_that_are_there():
    """A forge shows the pages too; the site's own links are looked at where it is built."""
    lost = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(
            r"\]\(([^)#\s]+)(?:#[^)]*)?\)", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
        )
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert lost == []


def test_the_gallery_is_named_in_order():
    assert [p.stem.split("_")[1] for p in sorted(Path(pages.DOCS / "gallery").glob("plot_*.py"))] == [
        "1",
        "2",
        "3",
        "4",
    ]


def test_the_citation_file_is_one_and_names_this_version():
    """Citation File Format 1.2.0: the four keys that it requires, and those whose values are bound to a form."""
    citation = yaml.safe_load((pages.DOCS.parent / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((pages.DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert all(citation[key] for key in ("message", "title", "authors"))
    assert all({"name"} <= set(a) or {"family-names", "given-names"} <= set(a) for a in citation["authors"])
    assert citation["type"] == "software"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", citation["date-released"])
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
