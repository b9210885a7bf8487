"""Draws of a study beside the straightforward loop: ``python -m benchmarks --case uncertainty``.

Each side runs in a process of its own: ``python -m benchmarks.uncertainty SIDE DRAWS FILE`` leaves what it measured in
a file. The loop does a sample of draws, with pandas and esda as one would write it, and is scaled.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import ROOT, SEED, UNITS, YEARS
from benchmarks.clock import peak_memory

AMOUNTS, CLUSTERS = "amounts, groups, rank intervals", "LISA classes, 999 permutations"
DRAWS = {AMOUNTS: 10_000, CLUSTERS: 1_000}
SAMPLE = {AMOUNTS: 10, CLUSTERS: 1}
"""Draws that the loop does."""
CV = {"emissions": 0.25, "sequestration": 0.25, "gdp": 0.15}
COLUMNS = {"emissions": "Mt CO2", "sequestration": "Mt CO2", "gdp": "CNY", "population": "person", "area": "km2"}


def uncertain_case(draws: int, cluster_draws: int, number: int = UNITS, years: Sequence[int] = YEARS) -> Any:
    """Return a study of a synthetic region, ready for draws."""
    from ecocomp.study import Study
    from ecocomp.synthetic import region
    from ecocomp.uncertainty import case_of

    inputs = region(number, years, SEED)
    units = {"table": "-", "id": "unit", "year": "year", "name": "name", "boundaries": "-",
             "parents": ["province", "prefecture"]}  # fmt: skip
    study = Study.from_dict(
        {
            "study": {"name": "benchmark", "seed": SEED}, "units": units,
            "quantities": {name: {"column": name, "unit": unit} for name, unit in COLUMNS.items()},
            "compensation": {"price": {"value": 60.0, "unit": "CNY/t CO2"}},
            "uncertainty": {
                "draws": draws, "errors": {name: {"cv": cv} for name, cv in CV.items()},
                "cluster_draws": cluster_draws,
            },
        }
    )  # fmt: skip
    return case_of(study, inputs.panel, inputs.geometry)


def ecocomp_draws(what: str, draws: int) -> dict[str, Any]:
    """Carry the draws through and take their quantiles."""
    from ecocomp.uncertainty import propagate

    case = uncertain_case(draws, draws if what == CLUSTERS else 0)
    before = peak_memory()
    begun = time.perf_counter()
    propagate(case)
    return {"seconds": time.perf_counter() - begun, "memory": peak_memory(), "before": before, "draws": draws}


def plain_draws(what: str, draws: int) -> dict[str, Any]:
    """Do draw after draw as a script would: a table a draw, grouped by year."""
    import libpysal

    from ecocomp.synthetic import region

    inputs = region(UNITS, YEARS, SEED)
    table = inputs.panel.to_dataframe().reset_index()
    generator, kept = np.random.default_rng(SEED), []
    moran = None
    if what == CLUSTERS:
        import esda

        moran = esda.Moran_Local
        weights = libpysal.weights.Queen.from_dataframe(inputs.geometry, use_index=False, silence_warnings=True)
        moran(generator.standard_normal(UNITS), weights, permutations=999, seed=SEED)  # compiles, if numba is there
    begun = time.perf_counter()
    for _ in range(draws):
        drawn = table.copy()
        for name, cv in CV.items():
            variance = np.log1p(cv**2)
            z = np.sqrt(0.5) * generator.standard_normal() + np.sqrt(0.5) * generator.standard_normal(UNITS)
            drawn[name] *= np.repeat(np.exp(np.sqrt(variance) * z - variance / 2), len(YEARS))
        means = drawn.groupby("year")[["area", "population", "gdp"]].transform("mean")
        size = (drawn[["area", "population", "gdp"]] / means).prod(axis=1) ** (1 / 3)
        drawn["amount"] = (drawn["emissions"] - drawn["sequestration"]) / size * 60e6
        drawn["group"] = np.where(drawn["amount"] > 0, "payer", "recipient")
        drawn["priority"] = drawn["amount"].abs() / drawn["gdp"]
        drawn["rank"] = drawn.groupby(["year", "group"])["priority"].rank(ascending=False, method="first")
        kept.append(drawn[["amount", "rank"]].to_numpy(np.float32))
        if moran is not None:
            for _, of_year in drawn.groupby("year"):
                moran(of_year["amount"].to_numpy(), weights, permutations=999, seed=SEED)
    np.quantile(np.stack(kept), (0.05, 0.5, 0.95), axis=0)
    return {"seconds": time.perf_counter() - begun, "memory": peak_memory(), "draws": draws}


def report() -> str:
    """Run both sides of both parts and return their table as markdown."""
    lines = [
        f"## Draws, {UNITS:,} units × {len(YEARS)} years",
        "",
        "| | draws | ecocomp [s] | peak memory [MiB] | loop, scaled [s] | loop ÷ ecocomp |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for what, draws in DRAWS.items():
        ours, theirs = _measured("ecocomp", what, draws), _measured("plain", what, SAMPLE[what])
        scaled = theirs["seconds"] * draws / theirs["draws"]
        memory = f"{ours['memory']:,.0f} (before the draws {ours['before']:,.0f})" if ours["memory"] else "–"
        lines.append(
            f"| {what} | {draws:,} | {ours['seconds']:,.0f} | {memory} | {scaled:,.0f} (from {theirs['draws']}) "
            f"| {scaled / ours['seconds']:.2g} |"
        )
    return "\n".join([*lines, "", "The loop keeps every draw in memory, which would take 3.7 GB for 10,000."])


def _measured(side: str, what: str, draws: int) -> dict[str, Any]:
    print(f"  {side}: {what}, {draws:,} draws …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="ecocomp-benchmark-") as folder:
        path = Path(folder) / "measured.json"
        command = [sys.executable, "-m", "benchmarks.uncertainty", side, what, str(draws), str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
        measured: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return measured


if __name__ == "__main__":
    _, side, what, draws, target = sys.argv
    made = (ecocomp_draws if side == "ecocomp" else plain_draws)(what, int(draws))
    Path(target).write_text(json.dumps(made), encoding="utf-8")
