"""The site: it builds without a warning, needs nothing from elsewhere, and leads nowhere that is not there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import pages

pytestmark = pytest.mark.docs

ROOT = pages.DOCS.parent
ROOMS = sorted(path.stem for path in (pages.DOCS / "api").glob("*.md") if path.stem not in ("index", "ecocomp"))
LOADED = {"link": "href", "script": "src", "img": "src", "source": "src", "iframe": "src", "object": "data"}
"""Elements that a browser loads something for, and the attribute that says what."""
LOADING = {
    "css": re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)"),
    "js": re.compile(r"(?:fetch|import|importScripts|\.src\s*=)\s*\(?\s*[\"'`]((?:https?:)?//[^\"'`]+)"),
}
"""How a style or a script loads something from another place, by the ending of the file."""


def build(folder: Path) -> Path:
    """Build the site as `make docs` does, from a copy, so that the work tree stays as it is."""
    shutil.copytree(pages.DOCS, folder / "docs", ignore=shutil.ignore_patterns("_gallery"))
    for name in ("CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff"):
        shutil.copy(ROOT / name, folder)
    (flags,) = re.findall(r"-m sphinx (.*) docs build/docs", (ROOT / "Makefile").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "sphinx", *flags.split(), str(folder / "docs"), str(folder / "site")]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert "--fail-on-warning" in flags
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return folder / "site"


class Page(HTMLParser):
    """What a page loads, links to, can be linked at, and shows outside of code."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()
        self.formulas = 0
        self.pictures_without_words: list[str] = []
        self.text: list[str] = []
        self._in_code = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_code += tag in ("pre", "code", "script", "style")
        self.formulas += tag == "math"
        self.places.add(given.get("id") or "")
        if (address := given.get(LOADED.get(tag, ""))) is not None:
            self.loaded.append(address)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag == "img" and "alt" not in given:
            self.pictures_without_words.append(given.get("src") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag in ("pre", "code", "script", "style")

    def handle_data(self, data: str) -> None:
        if not self._in_code:
            self.text.append(data)


Pages = dict[Path, Page]


def foreign(address: str) -> bool:
    return bool(urlsplit(address).netloc)


def from_elsewhere(site: Path, parsed: Pages) -> Iterator[str]:
    """Tell every resource that a page, style or script would load from another place."""
    for path, page in parsed.items():
        yield from (f"{path.name} loads {address}" for address in page.loaded if foreign(address))
    for kind, loading in LOADING.items():
        for path in site.rglob(f"*.{kind}"):
            yield from (f"{path.name} loads {found}" for found in loading.findall(path.read_text(encoding="utf-8")))


def dead_links(site: Path, parsed: Pages) -> Iterator[str]:
    """Tell every link within the site whose page or place is not there."""
    for path, page in parsed.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                yield f"{path.relative_to(site)}: {link}"
            elif parts.fragment and target in parsed and unquote(parts.fragment) not in parsed[target].places:
                yield f"{path.relative_to(site)}: no place {link}"


def unwritten_formulas(site: Path, parsed: Pages) -> Iterator[str]:
    """Tell formulas that came out as their source."""
    for path, page in parsed.items():
        for found in re.findall(r"\$[^$\n]{1,40}\\[a-z]+|\\(?:frac|sum|hat)\b", "".join(page.text)):
            yield f"{path.relative_to(site)}: {found}"


def names_missing(site: Path) -> Iterator[str]:
    """Tell every public name that the reference lacks."""
    from sphinx.util.inventory import InventoryFile

    with (site / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda a, b: b)
    known = {name for kind, names in inventory.items() if kind.startswith("py:") for name in names}
    top = set(import_module("ecocomp").__all__)
    for room in ROOMS:
        module = import_module(f"ecocomp.{room}")
        for name in module.__all__:
            thing = getattr(module, name)
            if callable(thing) and getattr(thing, "__module__", "").startswith("ecocomp"):
                here, there = f"ecocomp.{room}.{name}", f"ecocomp.{name}"
                if here not in known and not (name in top and there in known):
                    yield here


def test_the_reference_has_a_page_for_every_room():
    package = import_module("ecocomp")
    assert {n for n in dir(package) if n not in package.__all__ and not n.startswith("_")} <= set(ROOMS)


def test_the_site(tmp_path):
    site = build(tmp_path)
    parsed = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    assert len(parsed) > 60
    assert list(from_elsewhere(site, parsed)) == []
    assert (site / "_static" / "STIXTwoMath-Regular.ttf").exists(), "the font of the formulas"
    assert list(dead_links(site, parsed)) == []
    assert list(names_missing(site)) == []
    assert [image for page in parsed.values() for image in page.pictures_without_words] == []
    assert list(unwritten_formulas(site, parsed)) == []
    formulas = {path.stem: page.formulas for path, page in parsed.items() if path.parent.name == "method"}
    assert len(formulas) == 12
    assert min(formulas.values()) >= 5
    notebooks = sorted((tmp_path / "docs" / "_gallery").glob("*.ipynb"))
    assert [n.stem for n in notebooks] == sorted(p.stem for p in (pages.DOCS / "gallery").glob("plot_*.py"))
    for notebook in notebooks:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        assert [c["cell_type"] for c in cells].count("code") >= 2
        assert (site / "_images" / f"sphx_glr_{notebook.stem}_001.png").stat().st_size > 5_000, "its figure is shown"
