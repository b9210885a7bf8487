"""Figures of a finished run into a folder of the user's: all of them or none, over nothing that is there."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from ecocomp.issues import ResultsFolderError
from ecocomp.language import language_of
from ecocomp.outputs.figures.designs import Design
from ecocomp.outputs.figures.fonts import labels_for
from ecocomp.outputs.figures.write import Figure, write_figures
from ecocomp.result import Result

__all__ = ["deliver", "require_free"]


def require_free(target: Path, run: Path, names: Sequence[str], formats: Sequence[str], *, force: bool) -> None:
    """Refuse a folder before anything is drawn.

    Raises
    ------
    ResultsFolderError
        If it lies in the run's own folder or is a file, or if it holds a figure of that name and ``force`` is not set.
    """
    if target.resolve().is_relative_to(run.resolve()):
        raise ResultsFolderError(f"{target} lies in the folder of the run, which stays as it is; give another with -o")
    if target.exists() and not target.is_dir():
        raise ResultsFolderError(f"{target} is a file; give another folder with -o")
    there = [f"{name}.{kind}" for name in names for kind in formats if (target / f"{name}.{kind}").exists()]
    if there and not force:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise ResultsFolderError(
            f"{target} holds {', '.join(there[:3])}{more} already; use --force to replace them, or another folder"
        )


def deliver(
    result: Result,
    target: Path,
    names: Sequence[str],
    formats: Sequence[str],
    design: Design,
    code: Literal["en", "zh"] | None,
) -> list[Figure]:
    """Draw figures of a result into a folder; where one fails, none appears.

    Parameters
    ----------
    result
        Of a run.
    target
        The folder; made if it is not there.
    names, formats, design
        As :func:`ecocomp.outputs.figures.write_figures` has them.
    code
        Language of letters and captions; left out: as the study has it.
    """
    language = language_of(code or labels_for(result).language, result.currency)
    made = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=target, prefix=".drawing-") as aside:
            drawn = write_figures(
                result, Path(aside), language, lettering=code, design=design, formats=formats, names=names
            )
            for path in Path(aside).iterdir():
                path.replace(target / path.name)
    except BaseException:
        if made:
            target.rmdir()
        raise
    return [replace(figure, path=target / figure.path.name) for figure in drawn]
