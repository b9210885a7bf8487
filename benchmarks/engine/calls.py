"""How each side is called on the same inputs. Every library is imported only by the side that needs it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, util
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine import settings
from benchmarks.engine.inputs import Inputs

Outcome = tuple[NDArray[np.float64], NDArray[np.float64]]
SEED = 1


@dataclass(frozen=True)
class Call:
    """``run`` computes with a number of permutations; ``outcome`` is the statistic, and p, of its result.

    A statistic that the side does not tell, or tells on another scale, is empty.
    """

    run: Callable[[int], Any]
    outcome: Callable[[Any], Outcome]


def imported(side: str) -> None:
    """Import what a side needs, so that it can be timed."""
    warnings.simplefilter("ignore")  # the peers warn on every call
    modules = {
        settings.OURS: ["ecocomp.space"],
        settings.OURS_GRAPH: ["ecocomp.space"],
        settings.LOOKUP: ["pygeoda"],
        settings.COMPLETE: ["pygeoda"],
        settings.ESDA: ["esda", "libpysal.graph"],
        settings.ESDA_ALL: ["esda", "libpysal.graph", "joblib"],
        settings.LIBPYSAL: ["libpysal.graph"],
        settings.SKETCHED: [],
    }
    for name in modules[side]:
        import_module(name)


def call_of(side: str, kind: str, folder: Path) -> Call:
    """Read the inputs, build the side's own form of the weights, and return what to time."""
    if kind.startswith("contiguity"):
        return _contiguity(side, kind.removeprefix("contiguity-"), folder)
    if kind == "grid":
        return _grid()
    inputs = Inputs.load(folder)
    if side in (settings.OURS, settings.OURS_GRAPH):
        return _ecocomp(kind, inputs, prepared=side == settings.OURS)
    if side in (settings.LOOKUP, settings.COMPLETE):
        return _pygeoda(kind, inputs, "lookup" if side == settings.LOOKUP else "complete")
    if side == settings.SKETCHED:
        return _sketch(inputs)
    return _esda(kind, inputs, jobs=1 if side == settings.ESDA else -1)


def _ecocomp(kind: str, inputs: Inputs, prepared: bool) -> Call:
    import pandas as pd
    import xarray as xr

    from ecocomp import space

    graph = _graph(inputs, weighted=kind == "general")
    neighbours = space.prepare(graph) if prepared else graph
    del graph
    batch = xr.DataArray(inputs.values, dims=("year", "unit"), coords={"unit": np.arange(inputs.units)})
    values = batch if kind == "years" else pd.Series(inputs.values[0])
    statistic, name = (space.local_getis_ord, "z") if kind == "getis" else (space.local_moran, "i")
    return Call(
        lambda permutations: statistic(values, neighbours, permutations, SEED, "directed"),
        lambda result: (result[name].to_numpy(), result["p_value"].to_numpy()),
    )


def _pygeoda(kind: str, inputs: Inputs, method: str) -> Call:
    import pygeoda

    weights = pygeoda.read_gal(str(inputs.folder / "neighbours.gal"), list(map(str, range(inputs.units))))
    for unit in range(0, inputs.units, max(1, inputs.units // 1000)):
        expected = inputs.members[inputs.starts[unit] : inputs.starts[unit + 1]]
        if sorted(weights.get_neighbors(unit)) != expected.tolist():
            raise SystemExit(f"pygeoda reads other neighbours of unit {unit}")
    years = inputs.values.tolist() if kind == "years" else [inputs.values[0].tolist()]
    statistic = pygeoda.local_gstar if kind == "getis" else pygeoda.local_moran
    threads = os.cpu_count() or 1

    def run(permutations: int) -> list[Any]:
        options = {"permutations": permutations, "permutation_method": method, "seed": SEED, "cpu_threads": threads}
        return [statistic(weights, values, **options) for values in years]

    def outcome(results: list[Any]) -> Outcome:
        p = np.array(results[0].lisa_pvalues())
        # its G* is a share of the sum of all values, not a standard score
        return (np.empty(0) if kind == "getis" else np.array(results[0].lisa_values())), p

    return Call(run, outcome)


def _esda(kind: str, inputs: Inputs, jobs: int) -> Call:
    import esda

    graph = _graph(inputs, weighted=kind == "general")
    options = {
        "n_jobs": jobs,
        "seed": SEED,
        "keep_simulations": False,
    }  # kept, they take 8 bytes · units · permutations
    if kind == "getis":
        return Call(
            lambda permutations: esda.G_Local(
                inputs.values[0], graph, transform="B", star=True, permutations=permutations, **options
            ),
            lambda result: (result.Zs, result.p_sim),
        )
    graph = graph.transform("R")
    years = inputs.values if kind == "years" else inputs.values[:1]
    return Call(
        lambda permutations: [
            esda.Moran_Local(values, graph, permutations=permutations, **options) for values in years
        ],
        lambda results: (results[0].Is, results[0].p_sim),
    )


def _sketch(inputs: Inputs) -> Call:
    spec = util.spec_from_file_location("sketch", settings.SKETCH)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{settings.SKETCH} is no Python file")
    sketch = util.module_from_spec(spec)
    spec.loader.exec_module(sketch)
    starts, members = inputs.starts.astype(np.intp), inputs.members.astype(np.intp)
    return Call(
        lambda permutations: sketch.moran_local(starts, members, inputs.values[0], permutations, SEED),
        lambda p: (np.empty(0), p),
    )


def _graph(inputs: Inputs, weighted: bool) -> Any:
    import pandas as pd
    from libpysal.graph import Graph

    links = pd.MultiIndex.from_arrays([inputs.focal, inputs.members], names=["focal", "neighbor"])
    weights = inputs.weights if weighted else np.ones(inputs.members.size)
    return Graph(pd.Series(weights, index=links, name="weight"), is_sorted=True)


def _contiguity(side: str, rule: str, path: Path) -> Call:
    import geopandas as gpd
    from libpysal.graph import Graph

    counties = gpd.read_parquet(path)

    def build(_: int) -> Any:
        if side == settings.LIBPYSAL:
            return Graph.build_contiguity(counties, rook=rule == "rook")
        from ecocomp import space

        return space.contiguity(counties, rule, isolates="drop")  # type: ignore[arg-type]

    def links(graph: Any) -> Outcome:
        adjacency = graph.adjacency[graph.adjacency > 0]
        ends = (counties.index.get_indexer(adjacency.index.get_level_values(level)) for level in (0, 1))
        return np.sort(next(ends) * float(len(counties)) + next(ends)), np.empty(0)

    return Call(build, links)


def _grid() -> Call:
    import xarray as xr

    from ecocomp import space

    cells = xr.DataArray(np.random.default_rng(SEED).lognormal(0, 1.2, settings.GRID), dims=("y", "x"))
    return Call(
        lambda permutations: space.grid_local_moran(cells, permutations=permutations, seed=SEED),
        lambda result: (result["i"].to_numpy().ravel(), result["p_value"].to_numpy().ravel()),
    )
