"""The browser that tests drive: Debian's Chromium, which Playwright finds by its path."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["CHROMIUM", "FLAGS", "SHOWN", "browser_lacks", "until"]

CHROMIUM = Path(shutil.which("chromium") or "/usr/bin/chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

SHOWN = "performance.getEntriesByName('ecocomp-shown').length > 0"
"""Whether a page of the explorer stands on the screen."""


def until(page: Page, condition: str) -> None:
    """Wait until an expression is true in a page.

    Playwright's own ``wait_for_function`` evaluates a text in the page, which a page that allows no script but its own
    forbids, unless it is true at once.
    """
    page.evaluate(
        f"() => new Promise((done) => {{ const look = () => ({condition}) ? done() : setTimeout(look, 5); look(); }})"
    )


def browser_lacks() -> str | None:
    """Return what a test in a browser lacks on this machine, if anything."""
    if any(find_spec(name) is None for name in ("playwright", "axe_playwright_python")):
        return "playwright or axe-playwright-python is not installed (extra 'test')"
    if not CHROMIUM.is_file():
        return "no chromium on this machine (Debian: apt-get install chromium)"
    return None
