"""One run of one side in a process of its own: ``python -m benchmarks.child SIDE CASE FOLDER``.

It leaves the tables and ``measured.json`` in the folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.cases import Case
from benchmarks.clock import FIRST_CALL, IMPORTS, LOCAL_MORAN, Clock, peak_memory

DEFAULT, LIKE, PLAIN = "ecocomp", "ecocomp-999", "plain"
SIDES = (DEFAULT, LIKE, PLAIN)


def measure(side: str, case: Case, folder: Path, rest: bool) -> dict[str, Any]:
    """Run a side and return the seconds of its phases and its peak memory [MiB]."""
    clock = Clock()
    if side == PLAIN:
        with clock.phase(IMPORTS):
            from benchmarks import plain_script
        calls = plain_script.run(case, folder, clock)
        delay = calls[0] - median(calls[1:]) if len(calls) > 1 else 0.0
        if delay > max(0.05, median(calls)):  # esda compiles in its first call, if numba is there
            clock.seconds[LOCAL_MORAN] -= delay
            clock.seconds[FIRST_CALL] = delay
        return {"seconds": clock.seconds, "memory": peak_memory()}
    with clock.phase(IMPORTS):
        from benchmarks import ecocomp_run
    result = ecocomp_run.run(case, folder, clock, 999 if side == LIKE else None)
    measured = {"seconds": clock.seconds, "memory": peak_memory()}
    if rest:
        measured["rest"] = ecocomp_run.write_the_rest(result, folder)
        measured["rest_memory"] = peak_memory()
    return measured


def main() -> None:
    side, path, target, *rest = sys.argv[1:]
    folder = Path(target)
    folder.mkdir(parents=True)
    measured = measure(side, Case.load(Path(path)), folder, bool(rest))
    (folder / "measured.json").write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
