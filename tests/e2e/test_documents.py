"""The files that decision makers open, drawn page by page: a Word file by LibreOffice, a PDF as it is."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pytest
from matplotlib.image import imread
from pypdf import PdfReader

import ecocomp
from ecocomp.issues import UsageError
from ecocomp.language import language_of
from ecocomp.outputs.editions import Edition
from ecocomp.outputs.report import FORMATS, build_report, write_document
from report_files import cells_of_word, fields_of_word, headings_of_word
from tiny import write_study
from unit.report_results import figures, make_result
from unit.test_report_word import AS_TEXT, HOSTILE

pytestmark = pytest.mark.documents

DPI = 40
NAMES = ("report", "report_en")
"""The study's names are Chinese, and so is its own report."""


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run's folder with its report in both languages and all formats."""
    study = write_study(tmp_path_factory.mktemp("文件") / "研究", replace={"seed = 1": 'seed = 1\nlanguage = "zh"'})
    editions = [Edition(language, ending) for language in ("zh", "en") for ending in FORMATS]
    return ecocomp.save(ecocomp.run(ecocomp.Study.load(study)), study.parent / "研究-results", editions=editions)


def converted(files: list[Path], target: str, folder: Path) -> list[Path]:
    """Return files as LibreOffice saves them in another format."""
    folder.mkdir()
    profile = (folder / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", target,
               "--outdir", str(folder), *map(str, files)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    made = [folder / f"{file.stem}.{target.partition(':')[0]}" for file in files]
    assert all(path.is_file() for path in made), done.stderr.decode()
    return made


@pytest.fixture(scope="session")
def word_as_pdf(results: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    files = [results / f"{name}.docx" for name in NAMES]
    made = converted(files, "pdf", tmp_path_factory.mktemp("pdf") / "aus")
    return dict(zip(NAMES, made, strict=True))


@pytest.fixture(scope="session")
def back_again(results: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    files = [results / f"{name}.docx" for name in NAMES]
    made = converted(files, "docx:MS Word 2007 XML", tmp_path_factory.mktemp("docx") / "aus")
    return dict(zip(NAMES, made, strict=True))


@pytest.fixture(params=[(name, how) for name in NAMES for how in ("pdf", "docx")], ids="-".join)
def printed(request: pytest.FixtureRequest, results: Path, word_as_pdf: dict[str, Path]) -> Path:
    name, how = request.param
    return results / f"{name}.pdf" if how == "pdf" else word_as_pdf[name]


def pages(pdf: Path, folder: Path) -> list[np.ndarray]:
    """Return the pages as grey pictures, 0 black and 1 white."""
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-png", str(pdf), str(folder / "p")], check=True, timeout=60)
    return [imread(path) for path in sorted(folder.glob("p-*.png"))]


@cache
def words(pdf: Path) -> str:
    """Return the text of a PDF without blanks."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(pdf), "-"], capture_output=True, check=True, timeout=60)
    return "".join(done.stdout.decode("utf-8").split())


def fonts(pdf: Path) -> dict[str, Any]:
    """Return the fonts of all pages by name."""
    found = {}
    for page in PdfReader(pdf).pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            font = font.get_object()
            found[str(font["/BaseFont"])] = font
    return found


def test_pages_are_as_many_as_they_should_be_and_nothing_runs_over(printed: Path, tmp_path: Path) -> None:
    drawn = pages(printed, tmp_path)
    assert 12 <= len(drawn) <= 40
    margin = round(14 * DPI / 25.4)  # 17 mm in the PDF and 22 mm in the Word file, less what a rule may stand over
    for i, page in enumerate(drawn, start=1):
        assert page.shape[:2] == pytest.approx((297 * DPI / 25.4, 210 * DPI / 25.4), abs=1), "A4, upright"
        assert page.min() < 0.5, f"page {i} is empty"
        assert page[:, :margin].min() > 0.95, f"something runs over the left margin of page {i}"
        assert page[:, -margin:].min() > 0.95, f"something runs over the right margin of page {i}"


def test_fonts_are_embedded(printed: Path) -> None:
    found = fonts(printed)
    assert len(found) >= 2
    for name, font in found.items():
        inner = font["/DescendantFonts"][0].get_object() if font["/Subtype"] == "/Type0" else font
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"]), f"{name} is not embedded"


@pytest.mark.parametrize("name", NAMES)
def test_every_character_of_a_pdf_has_a_glyph(results: Path, name: str) -> None:
    text = words(results / f"{name}.pdf")
    assert len(text) > 5000
    assert "[U+" not in text, "how a character is shown that no font has"
    assert "�" not in text


def test_what_is_in_the_word_file_is_in_its_print(printed: Path, results: Path) -> None:
    source = docx.Document(str(results / f"{printed.stem}.docx"))
    text = words(printed)
    for heading in headings_of_word(source):
        assert "".join(heading.split()) in text


def test_a_pdf_tells_its_title_language_and_contents(results: Path) -> None:
    for name, tag in zip(NAMES, ("zh-CN", "en"), strict=True):
        reader = PdfReader(results / f"{name}.pdf")
        assert reader.metadata is not None
        assert reader.metadata.title == "试验区"
        assert reader.trailer["/Root"]["/Lang"] == tag
        assert "/StructTreeRoot" in reader.trailer["/Root"], "tagged, so that it can be read aloud"
        assert len(reader.outline) >= 1
        last = len(reader.pages)
        assert f"{last}/{last}" in "".join(reader.pages[-1].extract_text().split())
        contents = reader.pages[1].extract_text()
        assert ("目录" if name == "report" else "Contents") in contents


def test_the_summary_stands_on_the_first_page(results: Path) -> None:
    for name, (summary, following) in zip(NAMES, (("摘要", "目录"), ("Summary", "Contents")), strict=True):
        first, second = (PdfReader(results / f"{name}.pdf").pages[i].extract_text() for i in (0, 1))
        assert summary in first
        assert following in second


def test_libreoffice_keeps_what_a_word_file_is_made_of(results: Path, back_again: dict[str, Path]) -> None:
    for name, path in back_again.items():
        before, after = docx.Document(str(results / f"{name}.docx")), docx.Document(str(path))
        assert headings_of_word(after) == headings_of_word(before)
        assert len(after.tables) == len(before.tables) > 10
        assert cells_of_word(after) == cells_of_word(before)
        assert len(after.inline_shapes) == len(before.inline_shapes) > 5
        kinds = [[field.split()[0] for field in fields_of_word(word)] for word in (before, after)]
        for kind in ("SEQ", "REF", "TOC"):
            assert kinds[0].count(kind) == kinds[1].count(kind) > 0, kind
        captions = [[p.text for p in word.paragraphs if p.style.name == "Caption"] for word in (before, after)]
        assert captions[0] == captions[1]


def test_hostile_text_is_text_in_a_pdf(tmp_path: Path) -> None:
    names = (*HOSTILE[:2], f"{HOSTILE[2]}\U0010fffd", HOSTILE[3])
    result = make_result(names=names, settings={"study": {"name": " ".join(names)}})
    pdf = write_document(build_report(result, figures(tmp_path), language_of("en")), tmp_path, "pdf")
    text = words(pdf)
    for shown in (*AS_TEXT, "[U+10FFFD]"):
        assert "".join(shown.split()) in text
    links = [note.get_object() for page in PdfReader(pdf).pages for note in page.get("/Annots", [])]
    addresses = {str(note["/A"]["/URI"]) for note in links if "/A" in note and "/URI" in note["/A"]}
    assert all(address.startswith("https://doi.org/") for address in addresses)
    margin = round(14 * DPI / 25.4)
    for page in pages(pdf, tmp_path):
        assert page[:, -margin:].min() > 0.95


def test_chinese_without_a_font_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def print_nothing(page: str, path: Path) -> set[str]:
        path.touch()
        return set("县x") & set(page)

    monkeypatch.setattr("ecocomp.outputs.report.pdf._print", print_nothing)
    document = build_report(make_result(names=("一县", "二县", "三县", "四县")), figures(tmp_path), language_of("en"))
    with pytest.raises(UsageError, match=r"needs a font with Chinese characters \(x、县\).*fonts-noto-cjk"):
        write_document(document, tmp_path, "pdf")
    assert not (tmp_path / "report.pdf").exists()
