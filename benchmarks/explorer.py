"""The explorer's page: how large it is, how soon it is painted, and how soon it answers a control, in a browser."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from importlib import util
from pathlib import Path
from time import perf_counter

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
CASES = ((200, (2007, 2012, 2017)), (2875, (2007, 2012, 2017)), (2875, tuple(range(2001, 2018))))
"""Units and years: the sizes of the issue, and the largest with every year of a long panel."""
LIMITS = {200: 200, 2875: 1000}
"""Milliseconds in which a control must have been answered, by units."""
CONTROLS = {
    "price": "(i) => set('price', 61 + i)",
    "weight": "(i) => set('area', 1 + (i + 1) / 50)",
    "mean": "(i) => set('mean', ['arithmetic', 'harmonic', 'geometric'][i % 3], 'change')",
    "revision": "(i) => set('revision', explorer.runs[0].settings.revisions.at(-1 - i % 6), 'change')",
    "threshold": "(i) => set('threshold', (i + 1) / 10)",
    "year": "(i) => set('year', i % 2)",
}
"""What is done to each control, as a reader's hand would: a value, and the event that follows it."""
TURNS = {"mean": 3, "revision": 6}
"""How often a control is moved: a setting shown before is not computed again, and must not be counted twice."""
ANSWERS = """async ([act, turns]) => {
  const set = (id, value, event = 'input') => {
    document.getElementById(id).value = value;
    document.getElementById(id).dispatchEvent(new Event(event, { bubbles: true }));
  };
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const turn = eval(act), times = [];
  for (let i = 0; i < turns; i++) {
    await painted();
    const start = performance.now();
    turn(i);
    await painted();
    times.push(performance.now() - start);
  }
  return times;
}"""


SHOWN = """() => new Promise((done) => {
  const look = () => performance.getEntriesByName('ecocomp-shown').length ? done() : setTimeout(look, 1);
  look();
})"""


def skipped() -> str | None:
    """Return why the page cannot be measured here, if it cannot."""
    if util.find_spec("playwright") is None or shutil.which("chromium") is None:
        return "explorer: skipped, it needs the package playwright (extra 'test') and Debian's chromium"
    return None


def report(rounds: int) -> str:
    """Return a table: sizes, seconds to write, milliseconds to the first paint, the map, and each control's answer."""
    from playwright.sync_api import sync_playwright

    rows = []
    with tempfile.TemporaryDirectory(prefix="ecocomp-explorer-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        for units, years in CASES:
            print(f"  explorer: {units:,} units × {len(years)} years …", file=sys.stderr, flush=True)
            page = Path(folder) / f"{units}-{len(years)}.html"
            seconds = _write(units, years, page)
            rows.append(_row(units, len(years), page, seconds, _measured(browser, page, rounds)))
        browser.close()
    heads = [
        "units × years",
        "MB",
        "written [s]",
        "first paint [ms]",
        "map [ms]",
        *(f"{name} [ms]" for name in CONTROLS),
        "limit",
    ]
    lines = ["## The explorer's page", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *rows, ""]
    lines.append(
        "Medians; a control's time runs from the event to the frame that shows the answer, the map's to its frame. "
        f"{rounds} openings."
    )
    return "\n".join(lines)


def _write(units: int, years: tuple[int, ...], page: Path) -> float:
    from ecocomp.outputs.explorer import write_explorer
    from ecocomp.pipeline.flow import run
    from ecocomp.study import Study
    from ecocomp.synthetic import region

    measured = {"emissions": "Mt CO2", "sequestration": "Mt CO2", "gdp": "CNY", "population": "person", "area": "km2"}
    study = Study.from_dict(
        {
            "study": {"name": "Fictional"},
            "units": {"table": "t.csv", "id": "unit", "year": "year", "name": "name", "boundaries": "b.gpkg"},
            "quantities": {name: {"column": name, "unit": unit} for name, unit in measured.items()},
            "compensation": {"price": {"value": 60, "unit": "CNY/t CO2"}},
            "space": {"permutations": 199},
        }
    )
    result = run(study, inputs=region(units, years, seed=1))
    start = perf_counter()
    write_explorer(result, page)
    return perf_counter() - start


def _measured(browser: object, file: Path, rounds: int) -> dict[str, float]:
    """Return the medians of the milliseconds to the first paint, to the map, and to the answer of each control."""
    times: dict[str, list[float]] = {"first paint": [], "map": []}
    for _ in range(rounds):
        page = browser.new_page(viewport={"width": 1440, "height": 900})  # type: ignore[attr-defined]
        page.goto(file.as_uri())
        page.evaluate(SHOWN)
        page.wait_for_timeout(200)
        first = "performance.getEntriesByType('paint').filter((p) => p.name === 'first-contentful-paint')[0].startTime"
        times["first paint"].append(page.evaluate(first))
        times["map"].append(page.evaluate("performance.getEntriesByName('ecocomp-shown')[0].startTime"))
        for name, act in CONTROLS.items():
            times.setdefault(name, []).extend(page.evaluate(ANSWERS, [act, TURNS.get(name, 12)]))
        page.close()
    return {name: statistics.median(values) for name, values in times.items()}


def _row(units: int, years: int, page: Path, seconds: float, times: dict[str, float]) -> str:
    slowest = max(ms for name, ms in times.items() if name != "map")
    held = "held" if slowest < LIMITS[units] else "missed"
    cells = [f"{units:,} × {years}", f"{page.stat().st_size / 1e6:.2f}", f"{seconds:.1f}"]
    cells += [f"{ms:.0f}" for ms in times.values()]
    return "| " + " | ".join([*cells, f"{LIMITS[units]} ms: {held}"]) + " |"
