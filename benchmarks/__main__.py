"""``python -m benchmarks``: ecocomp beside a plain script, phase by phase, on a real and on a synthetic region; its
permutation engine beside its peers; its sums of rasters beside rasterstats; and solvers of transfers."""

from __future__ import annotations

import argparse
import tempfile
from importlib import util
from pathlib import Path

from benchmarks.cases import bth_skipped
from benchmarks.engine.run import run as run_engine
from benchmarks.explorer import report as explorer_report
from benchmarks.explorer import skipped as explorer_skipped
from benchmarks.measure import agree, alternate, prepare
from benchmarks.report import BESIDES, machine, table
from benchmarks.scale import report as scale_report
from benchmarks.scale import skipped as scale_skipped
from benchmarks.settlement import report as settlement_report
from benchmarks.settlement import skipped as settlement_skipped
from benchmarks.uncertainty import report as draws
from benchmarks.zonal import report as zonal_report
from benchmarks.zonal import skipped as zonal_skipped

PEERS = ("esda", "pointpats")
STUDIES, ENGINE, ZONAL, SETTLEMENT = ("bth", "synthetic"), "lisa", "zonal", "settlement"
DRAWS, SCALE, EXPLORER = "uncertainty", "scale", "explorer"
LIMIT = 300.0


def main() -> None:
    """Print a table for each case."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each side, alternating (default: 3)")
    parser.add_argument(
        "--case",
        choices=[*STUDIES, ENGINE, ZONAL, SETTLEMENT, DRAWS, SCALE, EXPLORER],
        help="one case only; uncertainty, scale and explorer run only when they are asked for",
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=LIMIT,
        help="seconds over which a run is extrapolated: a study from fewer years, a call of the permutation engine "
        f"from fewer permutations or units (default: {LIMIT:g})",
    )
    parser.add_argument("--part", type=float, default=1.0, help="of scale: this part of its draws and of its years")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if not 0 < options.part <= 1:
        parser.error("--part must be more than 0 and at most 1")
    if not options.limit > 0:
        parser.error("--limit must be more than 0")
    studies = [name for name in STUDIES if options.case in (None, name)]
    if studies:
        run_studies(studies, options.rounds, options.limit)
    if options.case in (None, ENGINE):
        run_engine(options.rounds, options.limit)
    if options.case in (None, ZONAL):
        print(zonal_skipped() or zonal_report(options.rounds), end="\n\n", flush=True)
    if options.case in (None, SETTLEMENT):
        print(settlement_skipped() or settlement_report(options.rounds), end="\n\n", flush=True)
    if options.case == DRAWS:
        print(draws())
    if options.case == EXPLORER:
        print(explorer_skipped() or explorer_report(options.rounds))
    if options.case == SCALE:
        print(scale_skipped() or scale_report(options.rounds, options.part))


def run_studies(names: list[str], rounds: int, limit: float) -> None:
    """Print the tables of whole studies."""
    lacking = [name for name in PEERS if util.find_spec(name) is None]
    if lacking:
        raise SystemExit(f"the plain script needs {', '.join(lacking)}: pip install 'ecocomp[test]'")
    print(f"# ecocomp beside a plain script\n\n{machine()}\n")
    print(f"Medians of {rounds} rounds in fresh processes, alternating; ratios within a round, median (min–max).")
    print(f"Above 1 ecocomp is the faster, or the smaller. {BESIDES}\n", flush=True)
    for name in names:
        reason = bth_skipped() if name == "bth" else None
        if reason:
            print(f"## Beijing–Tianjin–Hebei study\n\n{reason}\n", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="ecocomp-benchmark-") as folder:
            case = prepare(name, Path(folder))
            agreement, expected = agree(case, Path(folder))
            runs = alternate(case, Path(folder), rounds, limit, expected)
        print(table(case.title, agreement, runs, len(case.years)), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
