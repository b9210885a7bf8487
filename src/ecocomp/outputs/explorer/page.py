"""The page: data, words, our own scripts and style in one file that opens without a server or a network."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Literal

import jinja2
import numpy as np
from markupsafe import Markup

from ecocomp.issues import UsageError
from ecocomp.language import CODES, language_of
from ecocomp.outputs.explorer.payload import payload_of
from ecocomp.outputs.explorer.words import catalogue
from ecocomp.outputs.figures.colours import COLOUR, EDGE, INK
from ecocomp.outputs.figures.romanise import has_chinese
from ecocomp.outputs.figures.scales import classes_of
from ecocomp.result import Result

__all__ = ["SCRIPTS", "embedded", "page_of", "write_explorer"]

SCRIPTS = (
    "projection", "model", "data", "words", "dom", "state", "shading", "map", "totals", "ranking", "unit", "exports",
    "controls", "main",
)  # fmt: skip
"""Our own scripts, in the order in which they need each other."""
BALANCED = "#f4f1e6"


def write_explorer(
    result: Result,
    path: str | os.PathLike[str],
    *,
    compare: Mapping[str, Result] | None = None,
    language: Literal["en", "zh"] | None = None,
) -> Path:
    """Write the explorer of a run: one self-contained HTML page that holds the map, the tables and the model.

    Parameters
    ----------
    result
        What :func:`ecocomp.run` or :func:`ecocomp.open_run` returned; its scenarios are offered beside it.
    path
        File to write; it appears whole.
    compare
        Further runs by name, each with its scenarios.
    language
        Language in which the page opens; left out: Chinese where the study's name is. A reader can switch.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    UsageError
        If a run to compare with is in another currency.
    """
    target = Path(path)
    text = page_of(result, compare or {}, language)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def page_of(result: Result, compare: Mapping[str, Result], language: Literal["en", "zh"] | None = None) -> str:
    """Return the page of :func:`write_explorer` as text."""
    runs: dict[str, Result] = {"": result} | dict(result.scenarios)
    for name, other in compare.items():
        if other.currency != result.currency:
            raise UsageError(f"{name} is in {other.currency}, not in {result.currency}: compare runs in one currency")
    places = {"": ("", "")} | {name: ("", name) for name in result.scenarios}
    for folder, other in compare.items():
        runs |= {folder: other} | {f"{folder}/{name}": scenario for name, scenario in other.scenarios.items()}
        places |= {folder: (folder, "")} | {f"{folder}/{name}": (folder, name) for name in other.scenarios}
    data = payload_of(runs)
    for run in data["runs"]:
        run["folder"], run["scenario"] = places[run["name"]]
    version = metadata.version("ecocomp")
    data |= {
        "version": version,
        "catalogues": {code: catalogue(language_of(code, result.currency)) for code in CODES},
        "look": _look(result),
    }
    title = data["runs"][0]["title"]
    script, style = _text(*(f"{name}.js" for name in SCRIPTS)), _text("explorer.css")
    return _template().render(
        language=language or ("zh" if has_chinese(title) else "en"),
        title=title,
        version=version,
        policy=_policy(script, style),
        style=Markup(style),  # our own files
        script=Markup(script),
        data=Markup(embedded(data)),  # escaped there
    )


def embedded(data: Any) -> str:
    """Return data as JSON that nothing in it can end or change when it stands in a page."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _policy(script: str, style: str) -> str:
    """Return a content security policy: our script and style by their hashes, pictures of the page, no network."""

    def hashed(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; script-src {hashed(script)}; style-src {hashed(style)}; img-src data: blob:; "
        "connect-src 'none'; form-action 'none'; base-uri 'none'"
    )


def _look(result: Result) -> dict[str, Any]:
    """Return the colours and classes of the maps: those of the figures of the run."""
    rows = result.results
    side = rows["group"].map({"payer": 1.0, "recipient": -1.0, "balanced": 0.0})
    shown = {name: rows[name] for name in ("amount", "account", "revised")} | {"priority": rows["priority"] * side}
    classes = {}
    for name, values in shown.items():
        found = classes_of(values.to_numpy(dtype=np.float64, na_value=np.nan))
        classes[name] = {"breaks": found.breaks, "colours": found.colours, "negative": found.negative}
    return {
        "classes": classes, "clusters": dict(COLOUR.clusters), "warm": COLOUR.warm, "cool": COLOUR.cool,
        "payments": COLOUR.payments, "receipts": COLOUR.receipts, "missing": COLOUR.missing, "balanced": BALANCED,
        "backdrop": COLOUR.backdrop, "edge": EDGE, "ink": INK,
    }  # fmt: skip


def _text(*names: str) -> str:
    folder = resources.files(__package__)
    return "\n" + "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ecocomp.outputs.explorer", "."), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("explorer.html.j2")
