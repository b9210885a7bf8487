"""Seconds of each phase of a run, told to whoever shows progress."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Share", "Stopwatch", "of_scenario"]


class Share(str):
    """A text about a phase that goes on, and how much of it is done: ``share`` is that and the whole."""

    share: tuple[int, int]

    def __new__(cls, text: str, done: int, whole: int) -> Share:
        """Return the text with the share."""
        made = super().__new__(cls, text)
        made.share = (done, whole)
        return made


def of_scenario(name: str, phase: str) -> str:
    """Return what is told of a phase with the name of its scenario before it."""
    text = f"scenario {name}: {phase}"
    return Share(text, *phase.share) if isinstance(phase, Share) else text


class Stopwatch:
    """Times phases that follow one another; ``progress`` is called with the name of each as it begins."""

    def __init__(self, progress: Callable[[str], None] | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._running: tuple[str, float] | None = None

    def start(self, phase: str) -> None:
        """End the running phase and begin the next."""
        self.stop()
        if self._progress is not None:
            self._progress(phase)
        self._running = (phase, time.perf_counter())

    def stop(self) -> None:
        """End the running phase."""
        if self._running is not None:
            phase, begun = self._running
            self.seconds[phase] = round(time.perf_counter() - begun, 4)
            self._running = None
