"""Random settlements: units with amounts, parents, caps, ranks and costs, for properties and references."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from hypothesis import strategies as st

from ecocomp.settlement import Terms
from ecocomp.study import Settlement


@dataclass(frozen=True)
class Case:
    amount: xr.DataArray
    terms: Terms

    def by(self, **settings: Any) -> Terms:
        """Return the terms with other settings."""
        stated = self.terms.settlement.model_dump(exclude_unset=True) | settings
        return replace(self.terms, settlement=Settlement.model_validate(stated))


def case(seed: int, payers: int, recipients: int, years: int = 1, cap: float | None = None, **settings: Any) -> Case:
    """Return a case: amounts of 1 to 10,000 CNY, two provinces of two cities each, costs of 0 to 100, GDP of 1e5."""
    rng = np.random.default_rng(seed)
    count = payers + recipients
    units = np.array([f"u{i:02d}" for i in range(count)])
    sign = np.where(rng.permutation(count) < payers, 1, -1)[:, None]
    values = sign * np.round(np.exp(rng.uniform(0, np.log(1e4), (count, years))), 2)
    coords = {"unit": units, "year": np.arange(2010, 2010 + years)}
    amount = xr.DataArray(values, coords, ("unit", "year"))
    city = rng.integers(0, 4, count)
    parents = {"province": dict(zip(units, np.array(["P", "Q"])[city // 2], strict=True)),
               "city": dict(zip(units, np.array(["Pa", "Pb", "Qa", "Qb"])[city], strict=True))}  # fmt: skip
    ranks = np.full(values.shape, np.nan)
    for t in range(years):
        for side in (values[:, t] > 0, values[:, t] < 0):
            ranks[side, t] = rng.permutation(side.sum()) + 1
    cost = xr.DataArray(rng.uniform(0, 100, (count, count)), {"payer": units, "recipient": units},
                        ("payer", "recipient"))  # fmt: skip
    caps = None if cap is None else xr.DataArray(np.exp(rng.uniform(0, np.log(1e4), values.shape)) * cap, coords,
                                                 ("unit", "year"))  # fmt: skip
    if caps is not None:
        settings["cap"] = {"share": 0.5}
    terms = Terms(
        Settlement.model_validate(settings), xr.DataArray(ranks, coords, ("unit", "year")), caps, parents, cost
    )
    return Case(amount, terms)


@st.composite
def cases(draw: st.DrawFn, years: int = 1, **settings: Any) -> Case:
    """Draw a case; zero payers and zero recipients are among them."""
    cap = draw(st.sampled_from([None, 0.2, 2.0]))
    payers = draw(st.integers(0, 8))
    recipients = draw(st.integers(int(payers == 0), 8))
    return case(draw(st.integers(0, 10_000)), payers, recipients, years, cap, **settings)


def fen(money: Any) -> np.ndarray:
    """Return money in whole fen."""
    return np.round(np.asarray(money, dtype=float) * 100).astype(np.int64)
