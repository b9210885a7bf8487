"""Settlement: the years one after the other, each with what the last one left unpaid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from ecocomp.issues import InfeasibleError, Issue, raise_errors
from ecocomp.settlement.costs import UNIT_OF, transfer_costs
from ecocomp.settlement.fen import Fen, to_fen
from ecocomp.settlement.ledger import Entry, ledger_of, partners_of
from ecocomp.settlement.limits import Relaxed, caps_of, check_caps, floors_in_fen, whole_caps
from ecocomp.settlement.margins import UNLIMITED, Dues
from ecocomp.settlement.parents import between_parents
from ecocomp.settlement.plan import Plan, Sides, plan_year
from ecocomp.study import Settlement, Study
from ecocomp.units import CURRENCY

__all__ = ["FUND", "LIMIT_COLUMNS", "Settled", "Terms", "parents_of", "settle", "terms_of"]

FUND = "regional fund"
"""Name of the party that pays a shortfall in, or keeps what is left."""
LIMIT_COLUMNS = ["year", "unit", "limit", "bound", "settled", "binding", "more_transferred", "saving"]


@dataclass(frozen=True)
class Terms:
    """What a settlement rests on besides the amounts.

    Attributes
    ----------
    settlement
        Gap rule, limits and method.
    ranks
        Ranks within payers and within recipients (unit, year), for ``priority``; without them the larger come first.
    caps
        The most that each unit pays (unit, year) [CNY].
    parents
        For every level, outermost first, the parent of each unit.
    cost
        Costs (payer, recipient), for ``transport``.
    currency
        Of all money, as messages name it.
    """

    settlement: Settlement = field(default_factory=Settlement)
    ranks: xr.DataArray | None = None
    caps: xr.DataArray | None = None
    parents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    cost: xr.DataArray | None = None
    currency: str = CURRENCY


@dataclass(frozen=True)
class Settled:
    """What was settled.

    Attributes
    ----------
    amounts
        Dimensions (unit, year) [CNY]: positive paid, negative received, missing where the amount is.
    sums
        On (year,) [CNY]: ``transferred``; ``unallocated`` payments and ``unfunded`` receipts that are left over and
        not carried; ``topped_up`` by a fund or higher levels; ``kept`` by the fund; ``carried_over`` by payers.
    transfers
        ``year, payer, recipient, amount`` [CNY], without cells of zero fen.
    parents
        Transfers between larger units.
    ledger
        A row for each unit and year.
    limits
        Every cap and floor, and what relaxing it by a yuan would change.
    facts
        Of each year's plan, for the manifest.
    """

    amounts: xr.DataArray
    sums: xr.Dataset
    transfers: pd.DataFrame
    parents: pd.DataFrame
    ledger: pd.DataFrame
    limits: pd.DataFrame
    facts: dict[str, Any]


def terms_of(study: Study, panel: xr.Dataset, ranks: xr.DataArray, geometry: gpd.GeoDataFrame) -> Terms:
    """Return the terms of a study's settlement.

    Raises
    ------
    DataError
        If its table of costs has faults.
    """
    costs = transfer_costs(study, geometry)
    caps, parents = caps_of(study.settlement, panel), parents_of(study, panel)
    return Terms(study.settlement, ranks, caps, parents, costs, study.currency)


def parents_of(study: Study, panel: xr.Dataset) -> dict[str, dict[str, str]]:
    """Return, for every level of a study, outermost first, the parent of each unit."""
    units = panel["unit"].values.astype(str)
    return {level: dict(zip(units, panel[level].values.astype(str), strict=True)) for level in study.units.parents}


def settle(amount: xr.DataArray, terms: Terms | None = None) -> Settled:
    """Settle the amounts of each year: gap rule and limits first, then who pays whom.

    Parameters
    ----------
    amount
        V, dimensions (unit, year) [CNY].
    terms
        Rules, limits, ranks and costs; left out: scale the larger side, then pay proportionally.

    Raises
    ------
    InfeasibleError
        If a year has no plan within its limits; the message says what conflicts and what would do.
    DataError
        If a payer's cap, or the cost of a pair, is not known.
    """
    terms = Terms() if terms is None else terms
    amount = amount.sortby("unit").transpose("unit", "year")
    units, years = amount["unit"].values.astype(str), amount["year"].values
    clashes = [name for name in _other_parties(terms) if name in units]
    if clashes:
        raise ValueError(f"a unit is called {clashes[0]!r}, as a party of the settlement is: rename the unit")
    owed = np.zeros(units.size, dtype=np.int64)
    done: list[_Year] = []
    faults, impossible = [], []
    for t in range(years.size):
        try:
            year, found = _settle_year(amount, t, owed, terms)
        except InfeasibleError as error:
            impossible.append(str(error))
            if terms.settlement.carry_over:
                break
            continue
        faults += found
        if year is not None:
            done.append(year)
            owed = year.entry.carried_out
    raise_errors(faults)
    if impossible:
        raise InfeasibleError("\n".join(impossible))
    return _assembled(done, units, years, terms)


@dataclass(frozen=True)
class _Year:
    entry: Entry
    settled: npt.NDArray[np.float64]
    sums: tuple[float, ...]
    transfers: pd.DataFrame
    limits: pd.DataFrame
    facts: Mapping[str, Any]


SUMS = ("transferred", "unallocated", "unfunded", "topped_up", "kept", "carried_over")


def _settle_year(amount: xr.DataArray, t: int, carried: Fen, terms: Terms) -> tuple[_Year | None, list[Issue]]:
    """Settle one year with the balances that the last one left [fen]."""
    units = amount["unit"].values.astype(str)
    due = amount.values[:, t]
    owed = due + carried / 100
    payers, recipients = np.flatnonzero(owed > 0), np.flatnonzero(owed < 0)
    caps = None
    if terms.caps is not None:
        cap = terms.settlement.cap
        year = amount.isel(year=[t]).copy(data=owed[:, None])
        yearly = terms.caps.sel(unit=amount["unit"], year=[amount["year"].values[t]])
        issues = check_caps(year, yearly, cap.of if cap is not None else "basis")
        if issues:
            return None, issues
        caps = yearly.transpose("unit", "year").values[payers, 0]
    sides, issues = _sides(amount, t, payers, recipients, terms)
    if issues:
        return None, issues
    a, b = owed[payers], -owed[recipients]
    left = carried[np.isnan(due)]
    absent = int(np.maximum(left, 0).sum()), int(np.maximum(-left, 0).sum())
    dues = Dues(a, b, whole_caps(caps, a), floors_in_fen(terms.settlement.floor, b), absent)
    plan = plan_year(dues, sides, terms.settlement)
    return _written(plan, dues, sides, (payers, recipients), due, carried, terms, units), []


def _sides(
    amount: xr.DataArray, t: int, payers: npt.NDArray[np.intp], recipients: npt.NDArray[np.intp], terms: Terms
) -> tuple[Sides, list[Issue]]:
    """Look up ranks, labels and costs of the two sides; an error for every pair without a cost."""
    units, year = amount["unit"].values.astype(str), int(amount["year"].values[t])
    rank = np.full(units.size, np.nan)
    if terms.ranks is not None:
        own = terms.ranks.sel(unit=amount["unit"], year=year).values.astype(float)
        rank = own
    due = amount.values[:, t]
    ranks = np.where(due[payers] > 0, rank[payers], np.nan), np.where(due[recipients] < 0, rank[recipients], np.nan)
    labels = {level: np.array([parent_of[u] for u in units], dtype=str) for level, parent_of in terms.parents.items()}
    levels = [(labels[level][payers], labels[level][recipients]) for level in terms.settlement.nesting]
    cost, issues = None, []
    if terms.settlement.method == "transport":
        if terms.cost is None:
            raise ValueError('method = "transport" needs the cost of every pair: give terms a cost')
        cost = terms.cost.sel(payer=units[payers], recipient=units[recipients]).values
        issues = [
            Issue("error", "cost-missing", f"the table of costs lacks the pair {units[payers[i]]} to "
                  f"{units[recipients[j]]}", "add a row with its cost", unit=str(units[payers[i]]), year=year)
            for i, j in zip(*np.nonzero(np.isnan(cost)), strict=True)
        ]  # fmt: skip
    return Sides(year, units[payers], units[recipients], ranks, levels, cost, terms.currency), issues


def _written(
    plan: Plan, dues: Dues, sides: Sides, places: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    due: npt.NDArray[np.float64], carried: Fen, terms: Terms, units: npt.NDArray[np.str_],
) -> _Year:  # fmt: skip
    """Put a year's plan back onto all units."""
    payers, recipients = places
    margins, (i, j, fen) = plan.margins, plan.cells
    parties = [*units, *_other_parties(terms)]
    at_fund = len(units)
    own, other = np.append(payers, at_fund)[i], np.append(recipients, at_fund)[j]
    topped = np.flatnonzero(margins.top_up)
    if topped.size:
        helper = np.array([parties.index(_helper(terms, sides.recipients[k])) for k in topped], dtype=np.intp)
        own, other = np.append(own, helper), np.append(other, recipients[topped])
        fen = np.append(fen, margins.top_up[topped])
    settled, out = np.zeros(units.size, dtype=np.int64), np.where(np.isnan(due), carried, 0)
    settled[payers], settled[recipients] = margins.payments, -(margins.receipts + margins.top_up)
    out[payers], out[recipients] = margins.unpaid, -margins.unreceived
    cap, floor = np.full(units.size, np.nan), np.full(units.size, np.nan)
    cap[payers] = np.where(dues.most < UNLIMITED, dues.most, np.nan)
    floor[recipients] = np.where(dues.least > 0, dues.least, np.nan)
    from_unit, to_unit = own < at_fund, other < at_fund
    paid = ("to", own[from_unit], other[from_unit], fen[from_unit])
    received = ("from", other[to_unit], own[to_unit], fen[to_unit])
    partners = partners_of([paid, received], parties, units.size)
    known = ~np.isnan(due)
    entry = Entry(sides.year, known, carried, to_fen(np.nan_to_num(due)), cap, floor, settled, out, partners)
    names = pd.Series(parties).array  # as strings of the frame's own kind once, not for every pair
    transfers = pd.DataFrame(
        {"year": sides.year, "payer": names.take(own), "recipient": names.take(other), "amount": fen / 100}
    )
    limits = _limits(plan.limits, sides)
    sums = _sums(plan, dues, int(fen.sum()))
    return _Year(entry, np.where(known, settled / 100, np.nan), sums, transfers, limits, plan.facts)


def _sums(plan: Plan, dues: Dues, moved: int) -> tuple[float, ...]:
    """Return `SUMS` of a year."""
    m = plan.margins
    paid, received = int(m.payments.sum() + m.unpaid.sum()), int((m.receipts + m.top_up + m.unreceived).sum())
    left = float(dues.payments.sum()) - paid / 100, float(dues.receipts.sum()) - received / 100
    unallocated, unfunded = (max(0.0, round(money, 2)) for money in left)
    topped_up = (max(m.fund, 0) + int(m.top_up.sum())) / 100
    return moved / 100, unallocated, unfunded, topped_up, max(-m.fund, 0) / 100, int(m.unpaid.sum()) / 100


def _limits(limits: Sequence[Relaxed], sides: Sides) -> pd.DataFrame:
    rows = [
        (sides.year, str((sides.payers if r.kind == "cap" else sides.recipients)[r.place]), r.kind, r.bound / 100,
         r.settled / 100, "yes" if r.binding else "no", r.more, r.saving)
        for r in limits
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=LIMIT_COLUMNS)


def _other_parties(terms: Terms) -> list[str]:
    """Return the names of the parties that are no units."""
    rule = terms.settlement.gap_rule
    if rule == "regional_fund":
        return [FUND]
    if rule == "higher_level":
        return [f"{parent} (higher level)" for parent in sorted(set(terms.parents[_top_up_level(terms)].values()))]
    return []


def _top_up_level(terms: Terms) -> str:
    stated = terms.settlement.top_up_level
    if stated is None and not terms.parents:
        raise ValueError('gap_rule = "higher_level" needs parents')
    return stated if stated is not None else next(iter(terms.parents))


def _helper(terms: Terms, unit: str) -> str:
    return f"{terms.parents[_top_up_level(terms)][unit]} (higher level)"


def _assembled(
    done: Sequence[_Year], units: npt.NDArray[np.str_], years: npt.NDArray[np.int64], terms: Terms
) -> Settled:
    coords = {"unit": units, "year": years}
    amounts = xr.DataArray(np.stack([y.settled for y in done], axis=1), coords, ("unit", "year"), name="settled")
    table = np.array([y.sums for y in done]).T
    sums = xr.Dataset({name: ("year", row) for name, row in zip(SUMS, table, strict=True)}, {"year": years})
    transfers = pd.concat([y.transfers for y in done], ignore_index=True)
    limited = [y.limits for y in done if len(y.limits)]
    facts: dict[str, Any] = {"method": terms.settlement.method, "gap_rule": terms.settlement.gap_rule}
    if terms.settlement.method == "transport":
        facts["cost"] = UNIT_OF[terms.settlement.cost]
    facts["years"] = {str(y.entry.year): dict(y.facts) for y in done}
    return Settled(
        amounts, sums, transfers, between_parents(transfers, terms.parents),
        ledger_of([y.entry for y in done], units.tolist()),
        pd.concat(limited, ignore_index=True) if limited else pd.DataFrame(columns=LIMIT_COLUMNS), facts,
    )  # fmt: skip
