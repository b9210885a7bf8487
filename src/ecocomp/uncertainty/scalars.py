"""Single numbers of a result that a sensitivity can be of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ecocomp.issues import UsageError, nearest
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.chunk import REGIONAL
from ecocomp.uncertainty.inputs import drawn_inputs
from ecocomp.uncertainty.latent import Latent
from ecocomp.uncertainty.outcome import outcome_of

__all__ = ["Scalar", "scalar_of"]

OF_UNITS = ("amount", "rank")


@dataclass(frozen=True)
class Scalar:
    """A number of a result: ``name`` of the region, or of the unit at a place, in the year at a place.

    ``pays`` tells on which side a rank is counted: the one that the unit is on in the plain run.
    """

    name: str
    unit: int | None
    year: int
    pays: bool = True

    def of(self, outcome: xr.Dataset) -> NDArray[np.float64]:
        """Return the number in each draw of an outcome.

        A rank counts on the unit's own side; in draws in which it is not there, it comes after that side's last.
        """
        at = outcome.isel(year=self.year)
        if self.unit is None:
            return np.asarray(at[self.name].values, dtype=float)
        if self.name == "amount":
            return np.asarray(at["amount"].isel(unit=self.unit).values, dtype=float)
        members = at["side"] == (1 if self.pays else -1)
        rank = at["rank"].isel(unit=self.unit).where(members.isel(unit=self.unit), members.sum("unit") + 1)
        return np.asarray(rank.values, dtype=float)

    def over(self, case: Case, latent: Latent) -> NDArray[np.float64]:
        """Return the number in each of some draws, a chunk at a time."""
        step, parts = case.draws_at_once, []
        for start in range(0, latent.draws, step):
            outcome = outcome_of(case, drawn_inputs(case, latent.part(start, start + step)))
            parts.append(self.of(outcome))
        return np.concatenate(parts)


def scalar_of(case: Case, of: str, year: int | None = None) -> Scalar:
    """Return the number that a text names: ``gap``, ``payers``, ``amount:UNIT``, ``rank:UNIT`` and the like.

    Parameters
    ----------
    case
        The study.
    of
        One of payments, receipts, gap, payers, recipients; or amount or rank with the id or name of a unit.
    year
        Left out: the last year of the study.

    Raises
    ------
    UsageError
        If there is no such number, unit or year; it names the nearest.
    """
    years = case.panel["year"].values.tolist()
    if year is not None and year not in years:
        raise UsageError(f"the study has no year {year} (years: {', '.join(map(str, years))})")
    place = len(years) - 1 if year is None else years.index(year)
    name, colon, unit = of.partition(":")
    if not colon and name in REGIONAL:
        return Scalar(name, None, place)
    if name not in OF_UNITS or not colon:
        known = [*REGIONAL, *(f"{each}:UNIT" for each in OF_UNITS)]
        raise UsageError(f"no such number {of!r}; {nearest(of, known)}")
    row = _unit(case, unit.strip())
    plain = outcome_of(case, drawn_inputs(case, Latent({}, 0, 1, {}))).isel(draw=0, year=place, unit=row)
    if np.isnan(float(plain["amount"])):
        raise UsageError(f"unit {unit.strip()!r} has no amount in {years[place]}")
    return Scalar(name, row, place, pays=int(plain["side"]) == 1)


def _unit(case: Case, text: str) -> int:
    """Return the place of a unit, given by its id, or by its name where that is one unit's alone."""
    ids = [str(unit) for unit in case.panel["unit"].values]
    if text in ids:
        return ids.index(text)
    rows = [row for row, name in enumerate(case.names) if name == text]
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise UsageError(f"{len(rows)} units are named {text!r}: give an id ({', '.join(ids[row] for row in rows)})")
    raise UsageError(f"no such unit {text!r}; {_near(text, [*ids, *case.names])}")


def _near(text: str, known: list[str]) -> str:
    hint = nearest(text, known)
    return hint if hint.startswith("did") else "give an id or name as the results have it"
