"""One side in a process of its own: ``python -m benchmarks.engine.worker SIDE KIND INPUTS SMALL_INPUTS``.

It imports, reads, reports, and then answers requests on its standard input, one a line: ``call PERMUTATIONS TIMES``,
``small`` (warm up on the small inputs), ``save PERMUTATIONS PATH``. Answers are JSON, one a line. ``spdep.R`` does the
same in R.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clock import peak_memory
from benchmarks.engine.calls import Call, call_of, imported
from benchmarks.engine.points import PROBE


def main() -> None:
    side, kind, inputs, small = sys.argv[1:]
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what libraries print is no answer

        def answer(content: dict[str, Any]) -> None:
            answers.write(json.dumps(content) + "\n")
            answers.flush()

        begun = time.perf_counter()
        imported(side)
        ready = time.perf_counter()
        call = call_of(side, kind, Path(inputs))
        answer({"imports": ready - begun, "reading": time.perf_counter() - ready})
        for request in sys.stdin:
            task, *arguments = request.split(maxsplit=2)
            if task == "small":
                call_of(side, kind, Path(small)).run(PROBE)
                answer({})
            elif task == "save":
                np.concatenate(call.outcome(call.run(int(arguments[0])))).tofile(arguments[1].strip())
                answer({})
            else:
                answer({"seconds": _timed(call, *map(int, arguments)), "memory": peak_memory()})


def _timed(call: Call, permutations: int, times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        result = call.run(permutations)
        seconds.append(time.perf_counter() - begun)
        del result
    return seconds


if __name__ == "__main__":
    main()
