"""Which units of one year's divisions became which of another's, and in what shares.

Each date of the changes is a step: a matrix of shares from the units before it to those after it, rows adding up to
one. Forward, the steps are multiplied in order of date; backward, each is first turned round by Bayes' rule with the
weights of the units before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["Shares", "Succession", "succession"]

Shares = dict[str, dict[str, float]]
"""Share [1] of each unit that goes to each other one, NaN where it is not known; a unit without an entry stays."""


@dataclass(frozen=True)
class Succession:
    """How the units of one year's divisions lie in those of another.

    Attributes
    ----------
    shares
        Of each source unit that is touched by a change: the share [1] in each target unit.
    parts
        Of each target unit that is touched: the source units that it is made of.
    moved
        Changes of hands whose share is not stated, which are not carried: rows of the events table.
    """

    shares: Shares
    parts: dict[str, list[str]]
    moved: pd.DataFrame


def succession(
    events: pd.DataFrame, source_year: int, target_year: int, weights: Mapping[str, float] | None = None
) -> Succession:
    """Return how the units at the end of one year became those at the end of another.

    Parameters
    ----------
    events
        Changes as `ecocomp.panel.events.built_in` gives them; the order of rows is of no account.
    source_year, target_year
        Years at whose ends the divisions hold; the target may be the earlier one.
    weights
        Weight of each target unit, such as its area: divides a unit where the events state no shares. Negative
        weights count as unknown.
    """
    first, last = sorted((source_year, target_year))
    years = events["date"].str[:4].astype(int)
    within = events[(years > first) & (years <= last)].sort_values("date", kind="stable")
    unstated = (within["kind"] == "transfer") & within["share"].isna()
    steps = [_step(links) for _, links in within[~unstated].groupby("date", sort=True)]
    known = {code: weight for code, weight in (weights or {}).items() if weight >= 0}
    chain = _forward(steps, known) if target_year >= source_year else _backward(steps, known)
    shares = _product(chain)
    parts = {new: sorted(olds) for new, olds in _parts(shares).items()}
    return Succession(shares, parts, within[unstated])


def _step(links: pd.DataFrame) -> Shares:
    """Return the shares of one date. A part that changes hands leaves the rest where its other rows say, else at home.

    Units that only receive a part go on as themselves, unless the same date makes them.
    """
    shares: Shares = {}
    whole, transfers = links[links["kind"] != "transfer"], links[links["kind"] == "transfer"]
    given_away = transfers.groupby("old_code")["share"].sum()
    for old, rows in whole.groupby("old_code"):
        rest = 1 - float(given_away.get(old, 0.0))
        stated = rows["share"].to_numpy(float)
        if len(rows) == 1:
            stated = np.array([rest])  # one successor takes what no other has, whatever is stated
        shares[str(old)] = dict(zip(rows["new_code"], stated, strict=True))
    for old, new, share in zip(transfers["old_code"], transfers["new_code"], transfers["share"], strict=True):
        successors = shares.setdefault(old, {old: 1 - float(given_away[old])})
        successors[new] = successors.get(new, 0.0) + share
    made = set(whole["new_code"])
    receivers = {new for new in transfers["new_code"] if new not in made and new not in shares}
    shares |= {code: {code: 1.0} for code in receivers}
    return {old: shares[old] for old in sorted(shares)}


def _parts(shares: Shares) -> dict[str, list[str]]:
    """Return, for each unit after a step, the units that it is made of."""
    parts: dict[str, list[str]] = {}
    for old, successors in shares.items():
        for new in successors:
            parts.setdefault(new, []).append(old)
    return parts


def _forward(steps: list[Shares], weights: Mapping[str, float]) -> list[Shares]:
    """Fill the shares that are not stated with the weights of the units after each step, from the last step on."""
    chain: list[Shares] = []
    after = dict(weights)
    for step in reversed(steps):
        filled = {old: _filled(successors, after) for old, successors in step.items()}
        chain.insert(0, filled)
        parts = _parts(filled)
        before = {old: _sum_whole(successors, parts, after) for old, successors in filled.items()}
        after = {code: weight for code, weight in after.items() if code not in parts} | before
    return chain


def _filled(successors: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """Divide what has no stated share by weight; all of it stays unknown where a weight is, or their sum is zero."""
    blank = [new for new, share in successors.items() if np.isnan(share)]
    if not blank:
        return dict(successors)
    rest = 1 - sum(share for share in successors.values() if not np.isnan(share))
    total = sum(weights.get(new, np.nan) for new in blank)
    divided = {new: rest * weights.get(new, np.nan) / total if total > 0 else np.nan for new in blank}
    return dict(successors) | divided


def _sum_whole(successors: Mapping[str, float], parts: dict[str, list[str]], after: Mapping[str, float]) -> float:
    """Return the weight of a unit before a step: that of its successors, known where they hold nothing else."""
    if any(len(parts[new]) > 1 for new in successors):
        return np.nan
    return float(sum(after.get(new, np.nan) for new in successors))


def _backward(steps: list[Shares], weights: Mapping[str, float]) -> list[Shares]:
    """Turn each step round: a unit's parts get back what they put in, by their weights before the step."""
    chain: list[Shares] = []
    before = dict(weights)
    for step in steps:
        parts = _parts(step)
        turned: Shares = {}
        after = {}
        for new, olds in parts.items():
            masses = {old: before.get(old, np.nan) * step[old][new] for old in olds}
            total = float(sum(masses.values()))
            if len(olds) == 1:
                turned[new] = {olds[0]: 1.0}
            else:
                turned[new] = {old: mass / total if total > 0 else np.nan for old, mass in masses.items()}
            after[new] = total
        chain.insert(0, turned)
        before = {code: weight for code, weight in before.items() if code not in step} | after
    return chain


def _product(chain: Iterable[Shares]) -> Shares:
    """Multiply steps in order. A unit that a later step touches and no earlier one makes was there at the start."""
    product: Shares = {}
    reached: set[str] = set()
    for shares in chain:
        fresh = {old: dict(successors) for old, successors in shares.items() if old not in reached | set(product)}
        product = {old: _spread(successors, shares) for old, successors in product.items()} | fresh
        reached |= set(_parts(shares)) | set(shares)
    return product


def _spread(successors: Mapping[str, float], shares: Shares) -> dict[str, float]:
    spread: dict[str, float] = {}
    for unit, share in successors.items():
        for new, part in shares.get(unit, {unit: 1.0}).items():
            spread[new] = spread.get(new, 0.0) + share * part
    return spread
