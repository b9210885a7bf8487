"""Transfers at the least cost over regions up to the size of China's counties: solvers beside each other.

``python -m benchmarks.settlement SOLVER PAYERS RECIPIENTS`` is one run of one solver in a process of its own, and
prints what it took.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import util
from statistics import median
from typing import Any

import numpy as np

from benchmarks.cases import ROOT
from benchmarks.clock import Clock, peak_memory

SIZES = ((325, 375), (650, 750), (1300, 1500))
SOLVERS = ("POT", "OR-Tools", "HiGHS")
MODULES = {"POT": "ot", "OR-Tools": "ortools", "HiGHS": "scipy"}
WHOLE = "settle"
LIMIT = 150.0
MINIMUM = 1e6


def skipped() -> str | None:
    """Return why the case cannot run here, if it cannot."""
    lacking = [name for name, module in MODULES.items() if util.find_spec(module) is None]
    return f"skipped: needs {', '.join(lacking)} (pip install 'ecocomp[all,test]')" if lacking else None


def report(rounds: int) -> str:
    """Run the case and return its tables as markdown."""
    lines = [
        "## Transfers at the least cost", "",
        f"One balanced transportation problem on random places and amounts; seconds of solving, medians of {rounds} "
        "runs in fresh processes, alternating, without imports and inputs.", "",
        "| payers × recipients | " + " | ".join(SOLVERS) + " | OR-Tools ÷ POT | HiGHS ÷ POT |",
        "|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for size in SIZES:
        runs: dict[str, list[dict[str, Any]]] = {}
        for number in range(rounds):
            for solver in SOLVERS:
                if solver in runs and runs[solver][0]["seconds"] is None:
                    continue  # it did not finish once
                print(f"  settlement: {size}, round {number + 1} of {rounds}, {solver} …", file=sys.stderr, flush=True)
                runs.setdefault(solver, []).append(_run(solver, *size))
        lines.append(_row(size, runs))
        print(lines[-1], file=sys.stderr, flush=True)
    lines += ["", _whole(rounds)]
    return "\n".join(lines)


def _row(size: tuple[int, int], runs: dict[str, list[dict[str, Any]]]) -> str:
    times = {solver: [run["seconds"] for run in found] for solver, found in runs.items()}
    cells = [f"> {LIMIT:.0f}" if None in t else f"{median(t):.3g}" for t in times.values()]
    ratios = []
    for solver in SOLVERS[1:]:
        if None in times[solver]:
            ratios.append(f"> {LIMIT / median(times['POT']):.2g}")
            continue
        pairs = [t / o for t, o in zip(times[solver], times["POT"], strict=True)]
        ratios.append(f"{median(pairs):.2g} ({min(pairs):.2g}–{max(pairs):.2g})")
    costs = [run["cost"] for found in runs.values() for run in found if run["cost"] is not None]
    assert max(costs) / min(costs) - 1 < 1e-6, costs
    return f"| {size[0]:,} × {size[1]:,} | " + " | ".join([*cells, *ratios]) + " |"


def _whole(rounds: int) -> str:
    runs = [_run(WHOLE, *SIZES[-1]) for _ in range(rounds)]
    seconds, memory = median(r["seconds"] for r in runs), runs[0]["memory"]
    limited = median(r["limited"] for r in runs)
    return (
        f"The whole settlement of a year at {SIZES[-1][0]:,} × {SIZES[-1][1]:,} (caps on every payer, floors on every "
        f"recipient, costs given, ledger and shadow prices): {seconds:.1f} s, {memory:,.0f} MiB at most; with a "
        f"minimum transfer of {MINIMUM:,.0f} CNY {limited:.1f} s, {runs[0]['small']} transfers being smaller "
        f"without it, and at most {100 * runs[0]['gap']:.2g} % above the best plan."
    )


def _run(solver: str, payers: int, recipients: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.settlement", solver, str(payers), str(recipients)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT + 60)
    except subprocess.TimeoutExpired:
        return {"seconds": None, "cost": None}
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout))


def problem(payers: int, recipients: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return margins [fen] and whole costs [km] of places scattered over 3,000 km."""
    from ecocomp.settlement import apportion

    rng = np.random.default_rng(1)
    places = 3000 * rng.random((payers + recipients, 2))
    cost = np.round(np.hypot(*np.moveaxis(places[:payers, None] - places[None, payers:], 2, 0)))
    a = np.round(rng.lognormal(22, 1.5, payers)).astype(np.int64)
    return a, apportion(rng.lognormal(22, 1.5, recipients), int(a.sum())), cost


def by_pot(a: np.ndarray, b: np.ndarray, cost: np.ndarray) -> tuple[Clock, float]:
    import ot  # noqa: F401  # not counted

    from ecocomp.settlement import least_cost

    clock = Clock()
    with clock.phase("sums"):
        i, j, fen = least_cost(a, b, cost).cells
    return clock, float((cost[i, j] * fen).sum())


def by_ortools(a: np.ndarray, b: np.ndarray, cost: np.ndarray) -> tuple[Clock, float]:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    clock = Clock()
    with clock.phase("sums"):
        flow = SimpleMinCostFlow()
        i, j = (x.ravel() for x in np.indices(cost.shape))
        most = np.minimum.outer(a, b).ravel()
        flow.add_arcs_with_capacity_and_unit_cost(i, j + a.size, most, cost.ravel().astype(np.int64))
        flow.set_nodes_supplies(np.arange(a.size + b.size), np.concatenate([a, -b]))
        assert flow.solve() == flow.OPTIMAL
    return clock, float(flow.optimal_cost())


def by_highs(a: np.ndarray, b: np.ndarray, cost: np.ndarray) -> tuple[Clock | None, float | None]:
    from scipy import sparse
    from scipy.optimize import linprog

    rows, columns = cost.shape
    clock, unit = Clock(), float(a.sum()) / 1e6
    with clock.phase("sums"):
        sums = sparse.vstack([
            sparse.kron(sparse.eye_array(rows), np.ones((1, columns))),
            sparse.kron(np.ones((1, rows)), sparse.eye_array(columns)),
        ])  # fmt: skip
        margins = np.concatenate([a, b]) / unit
        found = linprog(cost.ravel(), A_eq=sums.tocsc(), b_eq=margins, method="highs-ds", options={"time_limit": LIMIT})
    return (None, None) if found.status else (clock, float(found.fun) * unit)


def whole(payers: int, recipients: int) -> dict[str, Any]:
    import xarray as xr

    from ecocomp.settlement import Terms, settle
    from ecocomp.study import Settlement

    a, b, cost = problem(payers, recipients)
    units = np.array([f"{k:04d}" for k in range(payers + recipients)])
    coords = {"unit": units, "year": [2020]}
    amount = xr.DataArray(np.concatenate([a / 80, -b / 100])[:, None], coords, ("unit", "year"))
    table = np.zeros((units.size,) * 2)
    table[:payers, payers:] = cost
    costs = xr.DataArray(table, {"payer": units, "recipient": units}, ("payer", "recipient"))
    caps = abs(amount) * np.random.default_rng(2).uniform(0.4, 2, (units.size, 1))
    clock, facts = Clock(), []
    for phase, minimum in (("settle", None), ("minimum", {"value": MINIMUM, "unit": "CNY"})):
        settlement = Settlement(method="transport", cap={"share": 0.1}, floor={"share": 0.2}, minimum_transfer=minimum)
        with clock.phase(phase):
            settled = settle(amount, Terms(settlement, None, caps, {}, costs))
        facts.append((settled.facts["years"]["2020"], settled.transfers["amount"]))
    return {"seconds": clock.seconds["settle"], "limited": clock.seconds["minimum"], "memory": peak_memory(),
            "small": int((facts[0][1] < MINIMUM).sum()), "gap": facts[1][0]["gap_to_bound"], "cost": None}  # fmt: skip


def main() -> None:
    solver, *size = sys.argv[1:]
    if solver == WHOLE:
        print(json.dumps(whole(*map(int, size))))
        return
    solve: Any = {"POT": by_pot, "OR-Tools": by_ortools, "HiGHS": by_highs}[solver]
    clock, cost = solve(*problem(*map(int, size)))
    print(json.dumps({"seconds": None if clock is None else clock.seconds["sums"], "cost": cost}))


if __name__ == "__main__":
    main()
