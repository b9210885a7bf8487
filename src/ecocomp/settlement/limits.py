"""Limits: caps and floors in fen, what binds, and what relaxing a limit by one yuan would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from ecocomp.issues import Issue
from ecocomp.settlement.fen import Fen, to_fen
from ecocomp.settlement.margins import UNLIMITED, Dues, Margins
from ecocomp.settlement.nesting import Labels
from ecocomp.settlement.transport import Costs, crossing_rate
from ecocomp.study import Floor, Settlement
from ecocomp.units import own_scale

__all__ = ["Prices", "Relaxed", "caps_of", "check_caps", "floors_in_fen", "relaxed", "whole_caps"]

_WHOLE = 1e-6
"""Bounds this close to a whole fen are that fen."""


@dataclass(frozen=True)
class Prices:
    """Dual prices of a plan's margins, the fund last on its side, and what they hold for crossing a level."""

    of_payers: Costs
    of_recipients: Costs
    levels: Sequence[tuple[Labels, Labels]]
    amounts: tuple[Fen, Fen]
    of_level: float


@dataclass(frozen=True)
class Relaxed:
    """A limit: whether it binds, and what changes with one yuan more of a cap or one less of a floor.

    ``more`` is the money transferred more and ``saving`` the cost saved, both per yuan; missing where nothing can
    change or costs play no part.
    """

    kind: str
    place: int
    bound: int
    settled: int
    binding: bool
    more: float
    saving: float


def caps_of(settlement: Settlement, panel: xr.Dataset) -> xr.DataArray | None:
    """Return the most that each unit pays a year, share × GDP or fiscal revenue, dimensions (unit, year) [CNY]."""
    cap = settlement.cap
    return None if cap is None else (panel[cap.of] * cap.share).rename("cap")


def check_caps(owed: xr.DataArray, caps: xr.DataArray, quantity: str) -> list[Issue]:
    """Return an error for every payer whose cap is not known: what it can bear is not to be guessed."""
    unknown = ((owed > 0) & caps.isnull()).transpose("unit", "year").values
    return [
        Issue("error", "cap-unknown", f"the unit pays, and has no {quantity} that its cap is a share of",
              f"supply its {quantity}, or cap by another quantity", unit=str(owed["unit"].values[i]),
              year=int(owed["year"].values[t]))
        for i, t in zip(*np.nonzero(unknown), strict=True)
    ]  # fmt: skip


def whole_caps(caps: npt.NDArray[np.float64] | None, owed: npt.NDArray[np.float64]) -> Fen:
    """Return the caps of payers in whole fen, rounded down, never above what is owed where they are below it."""
    if caps is None:
        return np.full(owed.size, UNLIMITED, dtype=np.int64)
    fen = np.floor(np.minimum(caps, 1e15) * 100 + _WHOLE).astype(np.int64)
    return np.where(fen >= to_fen(owed), UNLIMITED, fen)


def floors_in_fen(floor: Floor | None, due: npt.NDArray[np.float64]) -> Fen:
    """Return the floors of recipients in whole fen, rounded down and never above what is due [fen]."""
    if floor is None:
        return np.zeros(due.size, dtype=np.int64)
    if floor.share is not None:
        return np.floor(floor.share * due * 100 + _WHOLE).astype(np.int64)
    assert floor.amount is not None, "the study's own check asks for one of the two"
    stated = floor.amount.value * own_scale(floor.amount.unit, "CNY")
    return np.floor(np.minimum(stated, due) * 100 + _WHOLE).astype(np.int64)


def relaxed(dues: Dues, margins: Margins, rule: str, prices: Prices | None) -> list[Relaxed]:
    """Return every cap and floor of a year, with what relaxing it by one yuan would change.

    Parameters
    ----------
    dues, margins
        What was owed, and what the gap rule made of it.
    rule
        The gap rule.
    prices
        Of a plan at the least cost; none for other methods.

    Notes
    -----
    A yuan more of payer k's cap changes the margins at rates that follow from the gap rule: others who share the burden
    pay less in proportion, or, where the payers do not reach what is due, recipients above their floor get more; a
    fund pays less or keeps more. The cost changes by Σ u da + Σ v db, with the dual prices u, v of the margins.
    """
    reach = np.minimum(to_fen(dues.payments), dues.most)
    short = int(reach.sum()) < int(to_fen(dues.receipts).sum())  # the payers do not reach what is due
    found = []
    for k in np.flatnonzero((dues.most < UNLIMITED) & (dues.payments > 0)):
        binding = bool(margins.payments[k] == dues.most[k])
        change = _of_cap(int(k), dues, margins, rule, short) if binding else None
        more = 1.0 if binding and (margins.fund < 0 or (short and rule != "regional_fund")) else 0.0
        found.append(Relaxed("cap", int(k), int(dues.most[k]), int(margins.payments[k]), binding, more,
                             _saving(change, binding, prices)))  # fmt: skip
    for k in np.flatnonzero((dues.least > 0) & (dues.receipts > 0)):
        got = int(margins.receipts[k] + margins.top_up[k])
        binding = bool(rule == "scale_larger_side" and short and got == dues.least[k])
        change = _of_floor(int(k), dues, margins) if binding else None
        found.append(Relaxed("floor", int(k), int(dues.least[k]), got, binding, 0.0,
                             _saving(change, binding, prices)))  # fmt: skip
    return found


def _of_cap(k: int, dues: Dues, margins: Margins, rule: str, short: bool) -> tuple[Costs, Costs] | None:
    """Return the rates at which margins change with the cap of a payer, the fund last on its side."""
    paid, received = _rates(margins)
    paid[k] += 1.0
    if rule == "regional_fund":
        if margins.fund == 0:
            return None
        side, sign = (paid, -1.0) if margins.fund > 0 else (received, 1.0)
        side[-1] += sign
        return paid, received
    if short:
        free = (margins.receipts > 0) & ((margins.receipts > dues.least) | (rule == "higher_level"))
        return (paid, _shared(received, free, dues.receipts, 1.0)) if free.any() else None
    free = (margins.payments < dues.most) & (margins.payments > 0)
    return (_shared(paid, free, dues.payments, -1.0), received) if free.any() else None


def _of_floor(k: int, dues: Dues, margins: Margins) -> tuple[Costs, Costs] | None:
    paid, received = _rates(margins)
    free = (margins.receipts > dues.least) & (margins.receipts > 0)
    if not free.any():
        return None
    received[k] -= 1.0
    return paid, _shared(received, free, dues.receipts, 1.0)


def _rates(margins: Margins) -> tuple[Costs, Costs]:
    return (
        np.zeros(margins.payments.size + (margins.fund > 0)),
        np.zeros(margins.receipts.size + (margins.fund < 0)),
    )


def _shared(rates: Costs, free: npt.NDArray[np.bool_], amounts: npt.NDArray[np.float64], total: float) -> Costs:
    rates[np.flatnonzero(free)] += total * amounts[free] / amounts[free].sum()
    return rates


def _saving(change: tuple[Costs, Costs] | None, binding: bool, prices: Prices | None) -> float:
    if prices is None or (binding and change is None):
        return np.nan
    if change is None:
        return 0.0
    dearer = float(prices.of_payers @ change[0] + prices.of_recipients @ change[1])
    return -(dearer - prices.of_level * crossing_rate(prices.amounts, prices.levels, change))
