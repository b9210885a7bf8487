"""The browser that tests drive: Debian's Chromium, which Playwright finds by its path."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

__all__ = ["CHROMIUM", "FLAGS", "browser_lacks"]

CHROMIUM = Path(shutil.which("chromium") or "/usr/bin/chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def browser_lacks() -> str | None:
    """Return what a test in a browser lacks on this machine, if anything."""
    if any(find_spec(name) is None for name in ("playwright", "axe_playwright_python")):
        return "playwright or axe-playwright-python is not installed (extra 'test')"
    if not CHROMIUM.is_file():
        return "no chromium on this machine (Debian: apt-get install chromium)"
    return None
