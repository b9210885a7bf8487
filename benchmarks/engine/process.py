"""The process of a side, seen from the one that asks it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.cases import ROOT
from benchmarks.engine.settings import SPDEP

PATIENCE = 120.0
"""Seconds that an answer may take besides what it was expected to take at most: imports, inputs, compiling."""


class SideError(Exception):
    """A side failed, or did not answer in time and was ended."""

    def __init__(self, side: str, message: str) -> None:
        super().__init__(f"{side}: {message}")
        self.side = side


class Side:
    """A side that has read its inputs, and answers one request at a time.

    ``imports`` and ``reading`` are the seconds that these took.
    """

    def __init__(self, name: str, kind: str, inputs: Path, small: Path, limit: float) -> None:
        python = [sys.executable, "-m", "benchmarks.engine.worker", name, kind]
        rscript = ["Rscript", "--vanilla", str(Path(__file__).with_name("spdep.R"))]
        self._name, self._patience = name, PATIENCE + 3 * limit
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - until __exit__
        self._process = subprocess.Popen(
            [*(rscript if name == SPDEP else python), str(inputs), str(small)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding="utf-8",
        )  # fmt: skip
        ready = self._answer()
        self.imports, self.reading = float(ready["imports"]), float(ready["reading"])

    def __enter__(self) -> Side:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._process.kill()
        self._process.communicate()
        self._errors.close()

    def warm_up(self) -> None:
        """Let the side call itself on small inputs, so that what it compiles is compiled."""
        self._request("small")

    def call(self, permutations: int, times: int) -> tuple[list[float], float | None]:
        """Return the seconds of each call, and the peak memory of the process so far [MiB]."""
        answer = self._request(f"call {permutations} {times}")
        return answer["seconds"], answer["memory"]

    def save(self, permutations: int, path: Path) -> None:
        """Let the side write its statistic and p, one after the other, as doubles."""
        self._request(f"save {permutations} {path}")

    def _request(self, request: str) -> dict[str, Any]:
        if self._process.stdin is None:
            raise RuntimeError("the process was started without an input")
        try:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended: what it said is raised below
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        if self._process.stdout is None:
            raise RuntimeError("the process was started without an output")
        ended = threading.Event()

        def end() -> None:
            ended.set()
            self._process.kill()

        timer = threading.Timer(self._patience, end)
        timer.start()
        line = self._process.stdout.readline()
        timer.cancel()
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        if ended.is_set():
            raise SideError(self._name, f"no answer within {self._patience:.0f} s")
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().strip().splitlines()
        raise SideError(self._name, f"its process ended with {code}{': ' + said[-1] if said else ''}")
