"""Why no plan exists, and the smallest change that would make one possible."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from ecocomp.settlement.fen import to_fen
from ecocomp.settlement.margins import UNLIMITED, Dues
from ecocomp.study import Settlement

__all__ = ["floors_beyond_caps", "least_relaxation", "minimum_too_large"]

NAMED = 5


def floors_beyond_caps(
    year: int, dues: Dues, settlement: Settlement, payers: npt.NDArray[np.str_], currency: str
) -> str:
    """Say that the floors ask for more than the payers can pay, which caps conflict, and what would do."""
    asked = int(dues.least.sum()) / 100
    reach = np.minimum(to_fen(dues.payments), dues.most) / 100
    capped = [str(payers[k]) for k in np.flatnonzero(dues.most < UNLIMITED)]
    lacking, cap, floor = least_relaxation(dues)
    limits = f" (the caps of {_listed(capped)} bind)" if capped else ""
    ways = []
    if cap is not None and settlement.cap is not None:
        ways.append(f"raise [settlement.cap] share to {_up(settlement.cap.share * cap)}")
    if settlement.floor is not None and settlement.floor.share is not None:
        ways.append(f"lower [settlement.floor] share to {_down(settlement.floor.share * floor)}")
    elif settlement.floor is not None and settlement.floor.amount is not None:
        ways.append(f"lower every floor to {_down(floor)} of what it is now")
    ways.append('choose gap_rule = "regional_fund" or "higher_level", which pay the difference')
    return (
        f"the settlement of {year} is infeasible: floors ask for {asked:,.2f} {currency} and the payers pay at most "
        f"{reach.sum():,.2f} {currency}{limits}; {lacking:,.2f} {currency} are lacking, the least by which caps and "
        f"floors together must give way → {'; or '.join(ways)}"
    )


def least_relaxation(dues: Dues) -> tuple[float, float | None, float]:
    """Find the smallest relaxations under which the floors can be paid, each by an elastic linear program.

    Returns
    -------
    lacking : float
        Least sum of what caps are raised and floors lowered by [CNY].
    cap : float or None
        Least factor of all caps together; none where even without caps the floors are beyond reach.
    floor : float
        Largest factor of all floors together [1].
    """
    owed, least = to_fen(dues.payments) / 100, dues.least / 100
    most = np.minimum(dues.most / 100, owed)
    n, m = owed.size, least.size
    # pay p ≤ cap + s, give r ≥ floor − t, Σ p = Σ r: min Σ s + Σ t
    sizes = np.concatenate([np.zeros(n + m), np.ones(n + m)])
    capped = np.hstack([np.eye(n), np.zeros((n, m)), -np.eye(n), np.zeros((n, m))])
    floored = np.hstack([np.zeros((m, n)), -np.eye(m), np.zeros((m, n)), -np.eye(m)])
    equal = np.concatenate([np.ones(n), -np.ones(m), np.zeros(n + m)])[None, :]
    bounds = [(0, x) for x in owed] + [(0, None)] * m + [(0, None)] * (n + m)
    unit = max(float(most.sum()), float(least.sum()), 1.0) / 1e4
    scaled = [(0, None if high is None else high / unit) for _, high in bounds]
    found = linprog(sizes, np.vstack([capped, floored]), np.concatenate([most, -least]) / unit, equal, [0.0],
                    scaled)  # fmt: skip
    lacking = float(found.fun) * unit
    floor = min(1.0, float(most.sum() / least.sum()))
    limited = dues.most < UNLIMITED
    if float(owed.sum()) < float(least.sum()) or not limited.any():
        return lacking, None, floor
    # the factor θ of the caps: p ≤ cap θ, p ≤ owed, Σ p ≥ Σ floor: min θ
    k = int(limited.sum())
    rows = np.vstack([np.hstack([np.eye(k), -most[limited][:, None] / unit]), np.append(-np.ones(k), 0.0)])
    needed = (float(least.sum()) - float(owed[~limited].sum())) / unit
    found = linprog(np.append(np.zeros(k), 1.0), rows, np.append(np.zeros(k), -needed),
                    bounds=[(0, x / unit) for x in owed[limited]] + [(0, None)])  # fmt: skip
    return lacking, float(found.x[-1]), floor


def minimum_too_large(year: int, minimum: int, smallest: int, currency: str, *, sure: bool) -> str:
    """Say that no plan without smaller transfers was found, and which minimum is possible.

    ``sure``: the lower minimum brings no further units in.
    """
    return (
        f"the settlement of {year} is infeasible: what each unit pays and receives cannot be met by transfers of at "
        f"least {minimum / 100:,.2f} {currency} → lower [settlement] minimum_transfer to {smallest / 100:,.2f} "
        f"{currency}, which {'is known to be' if sure else 'may be'} possible"
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _up(value: float) -> str:
    """Write a bound with four digits, rounded so that it suffices."""
    digits = 3 - int(np.floor(np.log10(value)))
    return f"{np.ceil(value * 10**digits - 1e-9) / 10.0**digits:.10g}"


def _down(value: float) -> str:
    if value <= 0:
        return "0"
    digits = 3 - int(np.floor(np.log10(value)))
    return f"{np.floor(value * 10**digits + 1e-9) / 10.0**digits:.10g}"
