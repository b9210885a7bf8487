"""Who computes the draws of a run, and where they are set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecocomp.cli.frame import show_progress
from ecocomp.cli.interrupts import heeding_interrupts
from ecocomp.issues import UsageError

if TYPE_CHECKING:
    from ecocomp.uncertainty import Case, Compute
    from ecocomp.uncertainty.chunk import Piece
    from ecocomp.uncertainty.store import DrawStore

__all__ = ["computing", "draws_folder_of"]


@contextmanager
def computing(
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    needed: bool = True,
    progress: Callable[[str], None] = show_progress,
) -> Iterator[Compute]:
    """Have draws computed as the options of the command ask: in this process, on new ones, or by a scheduler's.

    Parameters
    ----------
    workers, scheduler
        ``--workers`` and ``--scheduler``.
    needed
        Whether the study has draws at all.
    progress
        Called before workers are started or asked.
    """
    from ecocomp import uncertainty

    if workers is None and scheduler is None:
        with heeding_interrupts() as heed:
            yield _heeding(heed, uncertainty.in_this_process)
        return
    if workers is not None and scheduler is not None:
        raise UsageError("give either --workers or --scheduler, not both")
    if workers is not None and workers < 1:
        raise UsageError(f"--workers must be at least 1 (given: {workers}); leave it out to compute in one process")
    if not needed:
        click.echo("The study has no draws: there is nothing for workers to do.", err=True)
        yield uncertainty.in_this_process
        return
    progress("starting workers" if scheduler is None else f"asking the scheduler at {scheduler}")
    with heeding_interrupts() as heed, uncertainty.workers(workers, scheduler) as compute:
        yield _heeding(heed, compute)


def _heeding(heed: Callable[[], None], compute: Compute) -> Compute:
    """Look for a lost Ctrl-C after each chunk."""

    def computed(case: Case, pieces: Sequence[Piece], store: DrawStore) -> Iterator[Piece]:
        for piece in compute(case, pieces, store):
            heed()
            yield piece

    return computed


def draws_folder_of(results: Path) -> Path:
    """Return the folder beside a results folder in which draws are set aside until the results are written."""
    folder = results.resolve()
    return folder.with_name(f".{folder.name}.draws")
