"""``python -m benchmarks``: ecocomp beside a plain script, phase by phase, on a real and on a synthetic region."""

from __future__ import annotations

import argparse
import tempfile
from importlib import util
from pathlib import Path

from benchmarks.cases import bth_skipped
from benchmarks.measure import agree, alternate, prepare
from benchmarks.report import BESIDES, machine, table

PEERS = ("esda", "pointpats")


def main() -> None:
    """Print a table for each case."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each side, alternating (default: 3)")
    parser.add_argument("--case", choices=["bth", "synthetic"], help="one case only")
    parser.add_argument(
        "--limit", type=float, default=300, help="seconds over which a run is extrapolated from fewer years"
    )
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    lacking = [name for name in PEERS if util.find_spec(name) is None]
    if lacking:
        raise SystemExit(f"the plain script needs {', '.join(lacking)}: pip install 'ecocomp[test]'")
    print(f"# ecocomp beside a plain script\n\n{machine()}\n")
    print(
        f"Medians of {options.rounds} rounds in fresh processes, alternating; ratios within a round, median (min–max)."
    )
    print(f"Above 1 ecocomp is the faster, or the smaller. {BESIDES}\n", flush=True)
    for name in [options.case] if options.case else ["bth", "synthetic"]:
        reason = bth_skipped() if name == "bth" else None
        if reason:
            print(f"## Beijing–Tianjin–Hebei study\n\n{reason}\n", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="ecocomp-benchmark-") as folder:
            case = prepare(name, Path(folder))
            agreement, expected = agree(case, Path(folder))
            runs = alternate(case, Path(folder), options.rounds, options.limit, expected)
        print(table(case.title, agreement, runs, len(case.years)), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
