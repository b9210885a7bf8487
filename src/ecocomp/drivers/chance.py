"""How large a q chance alone gives: the choice of strata made anew for every permutation of the response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecocomp.drivers.strata import Stratification

__all__ = ["Choice", "choose", "permuted", "standardised", "table_of"]

CELLS_AT_ONCE = 2**20
"""Permuted values held at a time: 8 MiB."""
SAME = 1e-10
"""Numbers this close are ties: a choice, and a count of permutations, is not made of rounding."""


@dataclass(frozen=True)
class Choice:
    """The strata chosen for each response: which of the candidates, its q, and its held-out q (response)."""

    which: NDArray[np.intp]
    q: NDArray[np.float64]
    held_out: NDArray[np.float64]


@dataclass(frozen=True)
class CandidateTable:
    """All candidates of a factor as one table of memberships (unit, stratum of any candidate)."""

    membership: NDArray[np.float64]
    counts: NDArray[np.float64]
    starts: NDArray[np.intp]
    labels: NDArray[np.intp]
    sizes: NDArray[np.intp]


def table_of(candidates: Sequence[Stratification]) -> CandidateTable:
    """Return the memberships of a factor's candidates, which are at least one."""
    blocks = [np.eye(c.size)[c.labels] for c in candidates]
    membership = np.concatenate(blocks, axis=1)
    sizes = np.array([c.size for c in candidates], dtype=np.intp)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    return CandidateTable(membership, membership.sum(axis=0), starts, np.stack([c.labels for c in candidates]), sizes)


def standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a response with mean 0 and sum of squares 1 (unit)."""
    z: NDArray[np.float64] = values / np.abs(values).max()
    z = z - z.mean()
    return np.asarray(z / np.sqrt((z**2).sum()))


def choose(responses: NDArray[np.float64], table: CandidateTable) -> Choice:
    """Choose strata for each response by the largest held-out q, the first candidate among equals.

    With z of mean 0 and sum of squares 1, q = Σ S_h²/N_h and the held-out q is
    1 − Σ (N_h/(N_h − 1))² (Σ z² − S_h²/N_h) · ((N − 1)/N)², S_h being the sum of z over a stratum.

    Parameters
    ----------
    responses
        Standardised responses (response, unit).
    table
        Candidates of the factor. Where there is one candidate only, it is taken, even with strata of a single unit.
    """
    units = responses.shape[1]
    explained = (responses @ table.membership) ** 2 / table.counts
    q = np.add.reduceat(explained, table.starts, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (responses**2 @ table.membership - explained) * (table.counts / (table.counts - 1)) ** 2
    held_out = 1 - np.add.reduceat(apart, table.starts, axis=1) * ((units - 1) / units) ** 2
    held_out[~np.isfinite(held_out)] = np.nan
    if len(table.sizes) == 1:
        which = np.zeros(len(responses), dtype=np.intp)
    else:
        which = (held_out >= held_out.max(axis=1, keepdims=True) - SAME).argmax(axis=1)
    rows = np.arange(len(responses))
    return Choice(which, np.clip(q[rows, which], 0.0, 1.0), held_out[rows, which])


def joint_q(
    responses: NDArray[np.float64],
    first: tuple[CandidateTable, NDArray[np.intp]],
    second: tuple[CandidateTable, NDArray[np.intp]],
) -> NDArray[np.float64]:
    """Return the q of the strata that two factors make together, each with its choice for each response (response)."""
    (own, which), (other, other_which) = first, second
    most = int(own.sizes.max() * other.sizes.max())
    cells = own.labels[which] * other.sizes.max() + other.labels[other_which]
    places = cells + np.arange(len(responses))[:, None] * most
    flat, size = places.ravel(), len(responses) * most
    sums = np.bincount(flat, weights=responses.ravel(), minlength=size)
    counts = np.bincount(flat, minlength=size)
    shares = sums**2 / np.maximum(counts, 1)
    return np.asarray(np.clip(shares.reshape(len(responses), most).sum(axis=1), 0.0, 1.0))


def permuted(
    response: NDArray[np.float64],
    tables: Sequence[CandidateTable],
    pairs: Sequence[tuple[int, int]],
    permutations: int,
    generator: np.random.Generator,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Count the permutations whose q is at least the observed one, for each factor and each pair.

    The response is permuted over the units, all factors keeping their places beside each other; the strata of every
    factor are chosen anew each time.

    Parameters
    ----------
    response
        Standardised response (unit), in an order of units that does not depend on the table's.
    tables
        Candidates of each factor.
    pairs
        Pairs of factors, by their place among the tables.
    permutations
        Number of permutations M [1].
    generator
        Source of the draws.

    Returns
    -------
    tuple of two ndarrays
        Numbers of permutations (factor) and (pair); p = (number + 1)/(M + 1).
    """
    own = [choose(response[None], table) for table in tables]
    together = [joint_q(response[None], (tables[a], own[a].which), (tables[b], own[b].which))[0] for a, b in pairs]
    of_factors = np.zeros(len(tables), dtype=np.intp)
    of_pairs = np.zeros(len(pairs), dtype=np.intp)
    at_once = max(1, CELLS_AT_ONCE // response.size)
    for start in range(0, permutations, at_once):
        rows = min(at_once, permutations - start)
        drawn = generator.permuted(np.tile(response, (rows, 1)), axis=1)
        chosen = [choose(drawn, table) for table in tables]
        for i, (found, observed) in enumerate(zip(chosen, own, strict=True)):
            of_factors[i] += int((found.q >= observed.q[0] - SAME).sum())
        for i, ((a, b), observed_q) in enumerate(zip(pairs, together, strict=True)):
            found_q = joint_q(drawn, (tables[a], chosen[a].which), (tables[b], chosen[b].which))
            of_pairs[i] += int((found_q >= observed_q - SAME).sum())
    return of_factors, of_pairs
