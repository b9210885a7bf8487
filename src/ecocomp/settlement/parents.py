"""Transfers between larger units, and what each pays the other on balance."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

__all__ = ["PARENT_COLUMNS", "between_parents"]

PARENT_COLUMNS = ["parent_level", "year", "payer_parent", "recipient_parent", "amount", "net"]


def between_parents(transfers: pd.DataFrame, levels: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Add up transfers by the parents of both sides.

    Parameters
    ----------
    transfers
        ``year, payer, recipient, amount`` [CNY].
    levels
        For every level the parent of each unit; a fund or higher level is its own.

    Returns
    -------
    pandas.DataFrame
        A row for each level, year and pair of parents between which money goes: ``amount``, and ``net``, what goes
        there less what comes back [CNY] (0 within a parent).
    """
    frames = []
    for level, parent_of in levels.items():
        sides = {f"{side}_parent": transfers[side].map(parent_of).fillna(transfers[side])
                 for side in ("payer", "recipient")}  # fmt: skip
        fen = (transfers["amount"] * 100).round().astype("int64")
        sums = fen.groupby([transfers["year"], *(s.rename(n) for n, s in sides.items())]).sum()
        frame = sums.rename("fen").reset_index()
        back = frame.set_axis(["year", "recipient_parent", "payer_parent", "back"], axis=1)
        frame = frame.merge(back, how="left", on=["year", "payer_parent", "recipient_parent"])
        net = frame["fen"] - frame["back"].fillna(0).astype("int64")  # no row the other way: nothing comes back
        frames.append(frame.assign(parent_level=level, amount=frame["fen"] / 100, net=net / 100))
    if not frames:
        return pd.DataFrame(columns=PARENT_COLUMNS)
    return pd.concat(frames, ignore_index=True)[PARENT_COLUMNS]
