"""A study: the frozen settings of one analysis, read from a TOML file."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from ecocomp.issues import StudyError, UsageError, nearest
from ecocomp.study.addresses import WHERE_PASSWORDS_GO, places_with_passwords
from ecocomp.study.adjust import Adjustment, unfit_adjustments
from ecocomp.study.checks import Checks, unfit_totals
from ecocomp.study.crosswalk import Crosswalk
from ecocomp.study.currency import unfit_money
from ecocomp.study.drivers import Drivers, unfit_drivers
from ecocomp.study.emissions import unfit_emissions
from ecocomp.study.faults import problems_of
from ecocomp.study.figures import Figures
from ecocomp.study.outlook import Outlook
from ecocomp.study.rasters import Raster, unfit_rasters
from ecocomp.study.scenarios import merged
from ecocomp.study.settings import Compensation, Header, Quantity, Revision, Space, Table, Units, Zoning
from ecocomp.study.settlement import Settlement, unfit_settlement
from ecocomp.study.uncertainty import Uncertainty
from ecocomp.variables import inputs, table

__all__ = ["Study"]

Known = Literal["emissions", "sequestration", "gdp", "population", "area", "engel_coefficient", "fiscal_revenue"]
assert set(Known.__args__) == set(inputs())  # type: ignore[attr-defined]
REQUIRED = ("emissions", "sequestration", "gdp")
_MAP_COLUMNS = ("fid", "geom", "geometry")


class Study(BaseModel):
    """The settings of one analysis; paths in it are resolved against the folder of its file.

    Examples
    --------
    >>> study = Study.load("examples/bth.toml")  # doctest: +SKIP
    >>> study.revision.method  # doctest: +SKIP
    'size_normalised'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    study: Header = Field(description="what this analysis is")
    units: Units = Field(description="the table, its key columns, and the map")
    tables: dict[str, Table] = Field({}, description="a further table, joined on unit and year")
    crosswalk: Crosswalk = Field(Crosswalk(), description="how tables of other years' divisions are carried over")
    rasters: dict[str, Raster] = Field({}, description="a raster that a quantity is computed from")
    quantities: dict[Known, Quantity] = Field(description="where each quantity stands and how it is measured")
    revision: Revision = Field(Revision(), description="how accounts of unlike units are made comparable")
    compensation: Compensation = Field(description="what a tonne costs")
    zoning: Zoning = Field(Zoning(), description="who comes first")
    space: Space = Field(Space(), description="neighbours, permutations, and how clusters are told")
    settlement: Settlement = Field(
        Settlement(), description="how payments and receipts are brought to equal sums, within limits, and paired"
    )
    uncertainty: Uncertainty = Field(Uncertainty(), description="how wrong the inputs may be, and what follows from it")
    drivers: Drivers = Field(Drivers(), description="what goes with the amount: association, not cause")
    outlook: Outlook = Field(
        Outlook(), description="how emissions and sequestration may go on, tested on years held out"
    )
    figures: Figures = Field(Figures(), description="what stands on maps beside the results")
    checks: Checks = Field(Checks(), description="how severe each finding of a check is, and published totals")
    adjust: dict[str, Adjustment] = Field({}, description="a change of some units' values, as in a county without coal")
    scenarios: dict[str, dict[str, Any]] = Field(
        {}, description="a variant: any part of this file, which overrides what stands above"
    )

    _folder: Path = PrivateAttr(default_factory=Path)
    _path: Path | None = PrivateAttr(None)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Study:
        """Read a study file.

        Parameters
        ----------
        path
            TOML file in UTF-8, with or without a byte-order mark.

        Raises
        ------
        StudyError
            If the file cannot be read or holds faults; the error lists all of them.
        """
        file = Path(path)
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise StudyError([f"{file}: cannot be read ({error.strerror}); give the path of a study file"]) from None
        except UnicodeDecodeError as error:
            raise StudyError([f"{file}: is not UTF-8 (byte {error.start}); save the study file as UTF-8"]) from None
        try:
            settings = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise StudyError([f"{file}: is not valid TOML: {error}"]) from None
        return cls.from_dict(settings, folder=file.parent, path=file)

    @classmethod
    def from_dict(
        cls, settings: dict[str, Any], *, folder: str | os.PathLike[str] = ".", path: Path | None = None
    ) -> Study:
        """Build a study from nested settings, paths in them being relative to ``folder``.

        Raises
        ------
        StudyError
            If the settings hold faults; the error lists all of them.
        """
        name = path.name if path else "study"
        secrets = [f"{name}: {p} holds a password: {WHERE_PASSWORDS_GO}" for p in places_with_passwords(settings)]
        if secrets:  # before anything else can repeat it in a message
            raise StudyError(secrets)
        problems = problems_of(cls, settings)
        if problems:
            raise StudyError([f"{name}: {problem}" for problem in problems])
        study = cls.model_validate(settings)
        study._folder, study._path = Path(folder).absolute(), path.absolute() if path else None
        return study

    def scenario(self, name: str) -> Study:
        """Return the study that a scenario makes of this one: its overrides laid over it, and no scenarios.

        Raises
        ------
        UsageError
            If the study has no scenario of that name; it names the nearest.
        """
        if name not in self.scenarios:
            raise UsageError(
                f"there is no scenario {name!r}; {nearest(name, self.scenarios)}"
                if self.scenarios
                else f"there is no scenario {name!r}: the study has no [scenarios.NAME]"
            )
        own = {key: value for key, value in self.settings().items() if key != "scenarios"}
        study = type(self).model_validate(merged(own, self.scenarios[name], type(self)))
        study._folder, study._path = self._folder, self._path
        return study

    def reads_the_same_as(self, other: Study) -> bool:
        """Tell whether reading and checking the inputs of two studies must give the same."""
        own, others = (
            (s.folder, s.study.years, s.study.seed, s.units, s.tables, s.crosswalk, s.rasters, s.quantities, s.checks,
             s.revision.reference, s.drivers.columns) for s in (self, other)
        )  # fmt: skip
        return own == others

    @model_validator(mode="after")
    def _quantities_suffice(self) -> Study:
        needed = list(REQUIRED)
        if self.revision.method in ("size_normalised", "quota"):
            needed += [f for f, w in (self.revision.weights or {"population": 1.0}).items() if w > 0 and f != "area"]
        stage = self.compensation.stage_coefficient
        if stage is not None and stage.engel is None:
            needed.append("engel_coefficient")
        lacking = [q for q in dict.fromkeys(needed) if q not in self.quantities]
        if lacking:
            raise ValueError(f"[quantities] lacks {', '.join(lacking)}, which this study needs")
        if self.revision.method == "quota" and self.revision.weights is None:
            raise ValueError('[revision] method = "quota" has no default weights: state weights')
        return self

    @model_validator(mode="after")
    def _money_is_of_one_currency(self) -> Study:
        if faults := unfit_money(self, self.study.currency, self.scenarios):
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _adjustments_fit(self) -> Study:
        if faults := unfit_adjustments(self.adjust, self.quantities):
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _totals_fit(self) -> Study:
        if faults := unfit_totals(self.checks, self.quantities, self.units.parents):
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _settlement_fits(self) -> Study:
        if faults := unfit_settlement(self.settlement, self.quantities, self.units.parents):
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _rasters_fit(self) -> Study:
        ways = {str(name): (q.npp, q.nep, q.land_cover) for name, q in self.quantities.items()}
        if faults := unfit_rasters(ways, self.rasters):
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _emissions_fit(self) -> Study:
        ways = {str(name): (q.top_down, q.energy) for name, q in self.quantities.items()}
        years = {name: reading.year for name, reading in self.tables.items()}
        read = [name for name, quantity in self.quantities.items() if not quantity.derived]
        faults = unfit_emissions(ways, self.units.parents, years, self.rasters, [*read, "area"])
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _drivers_fit(self) -> Study:
        divisions = {name: reading.divisions for name, reading in self.tables.items()}
        quantities = list(dict.fromkeys([*self.quantities, "area"]))
        faults = unfit_drivers(self.drivers, quantities, self.units.parents, divisions, self.units.divisions)
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _tables_are_there(self) -> Study:
        faults = [
            f"[tables.{name}] divisions: state [units] divisions too, to which the table is to be carried"
            for name, further in self.tables.items()
            if further.divisions is not None and self.units.divisions is None
        ]
        for name, quantity in self.quantities.items():
            if quantity.table is not None and quantity.table not in self.tables:
                hint = nearest(quantity.table, self.tables) if self.tables else "there is no [tables.NAME]"
                faults.append(f"[quantities] {name}: table {quantity.table!r} is not a section of this study; {hint}")
            reading = self.tables.get(quantity.table or "", self.units)
            if quantity.column is not None and "{year}" in quantity.column and reading.year is not None:
                place = f"[tables.{quantity.table}]" if quantity.table else "[units]"
                faults.append(
                    f"[quantities] {name}: a column a year ({quantity.column!r}) stands in a table without a column of "
                    f"years: take year = {reading.year!r} out of {place}"
                )
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _parents_have_names_of_their_own(self) -> Study:
        parents = self.units.parents
        taken = [p for p in parents if p in table() or p in _MAP_COLUMNS or parents.count(p) > 1]
        if taken:
            raise ValueError(
                f"[units] parents: {', '.join(dict.fromkeys(taken))} is the name of another column of the results; "
                "rename the column in the table"
            )
        return self

    @model_validator(mode="after")
    def _outlook_has_its_population(self) -> Study:
        stirpat = self.outlook.until is not None and "stirpat" in self.outlook.methods
        if stirpat and "population" not in self.quantities:
            raise ValueError(
                '[outlook] stirpat needs the quantity population: add it to [quantities], or set methods = ["gm11"]'
            )
        return self

    @model_validator(mode="after")
    def _errors_have_their_parent_and_quantity(self) -> Study:
        level, parents = self.uncertainty.parent, self.units.parents
        if level is not None and level not in parents:
            raise ValueError(
                f"[uncertainty] parent: {level!r} is none of [units] parents ({', '.join(parents) or 'none'})"
            )
        lacking = [q for q in self.uncertainty.errors if q not in self.quantities and q != "area"]
        if lacking:
            raise ValueError(f"[uncertainty.errors] names {', '.join(lacking)}, which [quantities] lacks")
        within = [q for q, error in self.uncertainty.errors.items() if error.within == "parent"]
        if within and not parents:
            raise ValueError(f'[uncertainty.errors] {", ".join(within)}: within = "parent" needs [units] parents')
        return self

    @property
    def currency(self) -> str:
        """Code of the currency that all of its money is in."""
        return self.study.currency

    @property
    def folder(self) -> Path:
        """Folder that relative paths are resolved against."""
        return self._folder

    @property
    def path(self) -> Path | None:
        """File that the study was read from, if any."""
        return self._path

    @property
    def file_name(self) -> str | None:
        """Name of that file, as issues give it."""
        return self._path.name if self._path else None

    @property
    def joined_tables(self) -> list[str]:
        """Names of the further tables that are joined on unit and year: all but those that only emissions are from."""
        named = {quantity.table for quantity in self.quantities.values()}
        named |= {column.table for column in self.drivers.columns.values()}
        ways = [way for q in self.quantities.values() for way in (q.top_down, q.energy) if way is not None]
        apart = set().union(*(way.tables for way in ways)) - named
        return [name for name in self.tables if name not in apart]

    def resolve(self, path: str) -> Path:
        """Return a path of the study, resolved against the folder of its file."""
        return Path(os.path.normpath(self.folder / path))

    def settings(self) -> dict[str, Any]:
        """Return the settings that were stated, as nested plain values that ``from_dict`` reads again."""
        return self.model_dump(mode="json", exclude_unset=True)

    def fingerprint(self) -> str:
        """Return the SHA-256 of all settings, defaults included, independent of their order in the file.

        Scenarios do not enter it: they change nothing in the study itself, and each has a fingerprint of its own.
        """
        text = json.dumps(self.model_dump(mode="json", exclude={"scenarios"}), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
