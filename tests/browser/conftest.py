"""A browser without a network, and a page that it opens from a folder with a Chinese name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browsers import CHROMIUM, FLAGS, SHOWN, until
from explorer_runs import STAGE, inputs_of, run_of, study_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from ecocomp.panel import Inputs
    from ecocomp.result import Result

SCREENS = Path(os.environ.get("ECOCOMP_SCREENS", Path(__file__).resolve().parents[2] / "build" / "explorer-screens"))
"""Where pictures of the states of the page are kept, for a person to look at; git ignores it."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def inputs() -> Inputs:
    return inputs_of()


@pytest.fixture(scope="session")
def runs(inputs: Inputs) -> dict[str, Result]:
    """Return the run of the page, a scenario of it, and another run."""
    drawn = {"draws": 40, "errors": {"emissions": {"cv": 0.2}}}
    return {
        "": run_of(study_of(uncertainty=drawn), inputs),
        "高价": run_of(study_of(compensation={"price": {"value": 120.0, "unit": "CNY/t CO2"}}), inputs),
        "stage": run_of(STAGE, inputs),
    }


@pytest.fixture(scope="session")
def explorer(runs: dict[str, Result], tmp_path_factory: pytest.TempPathFactory) -> Path:
    from ecocomp.comparison import with_scenarios
    from ecocomp.outputs.explorer import write_explorer

    folder = tmp_path_factory.mktemp("浏览") / "附件 页面"
    folder.mkdir()
    whole = with_scenarios(runs[""], {"高价": runs["高价"]})
    return write_explorer(whole, folder / "浏览器.html", compare={"stage": runs["stage"]}, language="en")


@pytest.fixture
def opened(browser: Browser, explorer: Path) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the page; at the end nothing must have failed in it, nor asked for the network."""
    contexts, faults = [], []

    def open_page(address: str = "", *, width: int = 1440, height: int = 900, file: Path | None = None) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        context.set_offline(True)

        def local_only(route: Any) -> None:
            if route.request.url.split(":")[0] in ("file", "data", "blob"):
                route.continue_()
            else:
                faults.append(f"asked for {route.request.url}")
                route.abort()

        context.route("**/*", local_only)
        page = context.new_page()
        page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: (faults.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.goto((file or explorer).as_uri() + address)
        until(page, SHOWN)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture(scope="session")
def keep_screen() -> Callable[[Page, str], None]:
    SCREENS.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=SCREENS / f"{name}.png", full_page=True)

    return keep
