"""Ctrl-C that is not lost.

Python raises it wherever the program happens to be. In a finaliser, such as Dask runs for each chunk of draws, it is
printed and forgotten, and the run would go on.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

__all__ = ["heeding_interrupts"]


@contextmanager
def heeding_interrupts() -> Iterator[Callable[[], None]]:
    """Remember a Ctrl-C that a finaliser loses.

    Yields
    ------
    callable
        To call now and then; it raises :class:`KeyboardInterrupt` once Ctrl-C was pressed.
    """
    pressed: list[int] = []

    def press(number: int, _: FrameType | None) -> None:
        pressed.append(number)
        raise KeyboardInterrupt

    def heed() -> None:
        if pressed:
            raise KeyboardInterrupt

    def tell(lost: UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            told(lost)

    told = sys.unraisablehook
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # a job in the background ignores it
        yield heed
        return
    signal.signal(signal.SIGINT, press)
    sys.unraisablehook = tell
    try:
        yield heed
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = told
