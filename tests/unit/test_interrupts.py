"""Ctrl-C in a finaliser, where Python prints it and goes on."""

from __future__ import annotations

import signal
import sys

import pytest

from ecocomp.cli.interrupts import heeding_interrupts


class Interrupted:
    """Something whose finaliser is where Ctrl-C arrives."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_that_a_finaliser_loses_is_heeded_and_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with heeding_interrupts() as heed:
        heed()
        thing = Interrupted()
        del thing  # the interrupt is lost here: no exception leaves a finaliser
        with pytest.raises(KeyboardInterrupt):
            heed()
    assert capsys.readouterr().err == ""


def test_an_interrupt_elsewhere_comes_at_once() -> None:
    with heeding_interrupts(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_other_errors_of_finalisers_are_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    class Broken:
        def __del__(self) -> None:
            raise OSError

    with heeding_interrupts():
        thing = Broken()
        del thing
    assert [lost.exc_type for lost in told] == [OSError]
    assert sys.unraisablehook == told.append


def test_what_ignores_interrupts_still_does() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with heeding_interrupts() as heed:
            signal.raise_signal(signal.SIGINT)
            heed()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
