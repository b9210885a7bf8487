"""What a run is doing, on a terminal only: the phase and its time, a bar for draws, a line for each phase done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from ecocomp.cli.frame import has_colours, is_plain_terminal

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["showing_phases"]

NAMES = 40
"""Columns of a phase's name."""
NOTHING = 0.05
"""Seconds below which a phase had nothing to do, and no line stays of it."""
SCENARIO = "scenario "
"""How the phases of a scenario begin; a colon ends its name."""


@contextmanager
def showing_phases() -> Iterator[Callable[[str], None]]:
    """Show phases as they begin and end on the terminal of stderr, and nothing elsewhere.

    Yields
    ------
    callable
        Takes the name of each phase as it begins, and :class:`ecocomp.stopwatch.Share` as one goes on.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    if is_plain_terminal():
        phases = _Phases(_Lines())
        yield phases.tell
        phases.end()
        return
    with _bars() as bars:
        phases = _Phases(_Live(bars))
        yield phases.tell
        phases.end()


class _Display(Protocol):
    """What shows phases: one begins, has come so far, has ended after so many seconds."""

    def begin(self, text: str) -> None: ...

    def go_on(self, text: str, share: tuple[int, int] | None) -> None: ...

    def finish(self, name: str, seconds: float) -> None: ...


class _Phases:
    """The phase that runs and when it began; those of one scenario count as one."""

    def __init__(self, display: _Display) -> None:
        self._display = display
        self._running: tuple[str, float] | None = None

    def tell(self, text: str) -> None:
        """Begin a phase, or go on in the one that runs."""
        share: tuple[int, int] | None = getattr(text, "share", None)
        name = text.partition(":")[0] if text.startswith(SCENARIO) else text
        if self._running is not None and (share is not None or name == self._running[0]):
            self._display.go_on(text, share)
            return
        self.end()
        self._running = (name, time.perf_counter())
        self._display.begin(text)

    def end(self) -> None:
        """End the running phase."""
        if self._running is not None:
            name, begun = self._running
            self._running = None
            self._display.finish(name, time.perf_counter() - begun)


class _Lines:
    """For a terminal that can only go on writing: a line as a phase begins, with its time as it ends."""

    def __init__(self) -> None:
        self._tenths = 0

    def begin(self, text: str) -> None:
        self._tenths = 0
        click.echo(f"  {text} …", err=True)

    def go_on(self, text: str, share: tuple[int, int] | None) -> None:
        tenths = 10 * share[0] // share[1] if share is not None else self._tenths
        if share is None or tenths > self._tenths:
            click.echo(f"    {text}", err=True)
        self._tenths = tenths

    def finish(self, name: str, seconds: float) -> None:
        click.echo(_line(name, seconds), err=True)


class _Live:
    """For any other terminal: the running phase moves in place, and a line stays for each that has ended."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task = bars.add_task("", total=None, visible=False)

    def begin(self, text: str) -> None:
        self._task = self._bars.add_task(_padded(text), total=None)

    def go_on(self, text: str, share: tuple[int, int] | None) -> None:
        if share is None:
            self._bars.update(self._task, description=_padded(text))
        else:
            self._bars.update(self._task, description=_padded(text), completed=share[0], total=share[1])

    def finish(self, name: str, seconds: float) -> None:
        from rich.text import Text

        self._bars.remove_task(self._task)
        self._bars.refresh()  # else the line pushes a picture of the phase that has ended before it
        if seconds >= NOTHING:
            self._bars.console.print(Text(_line(name, seconds), "dim"))


def _line(name: str, seconds: float) -> str:
    return f"  {_padded(name)} {_spent(seconds)}"


def _padded(text: str) -> str:
    from ecocomp.issue_table import columns_of

    return text + " " * (NAMES - columns_of(text))


def _spent(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return (f"{minutes}:{rest:02d} min" if minutes else f"{seconds:.1f} s").rjust(9)


def _bars() -> Progress:
    """Return the moving part of the display: a spinner, what is done and for how long, a bar where a share is known."""
    from rich.console import Console, RenderableType
    from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
    from rich.text import Text

    class Bar(BarColumn):
        def render(self, task: Task) -> RenderableType:  # type: ignore[override]  # nothing where no share is known
            return Text("") if task.total is None else super().render(task)

    class Spent(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(_spent(task.elapsed or 0.0))

    console = Console(stderr=True, color_system="auto" if has_colours("stderr") else None)
    unicode = console.encoding.startswith("utf") and not console.legacy_windows
    return Progress(
        SpinnerColumn("dots" if unicode else "line", style=""),
        TextColumn("{task.description}", markup=False),
        Spent(),
        Bar(bar_width=24, style="dim", complete_style="", finished_style=""),
        console=console,
        transient=True,
    )
