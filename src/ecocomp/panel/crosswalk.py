"""Values by unit carried from the divisions of one year to those of another: totals, rates, and what does not fit."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from ecocomp.issues import Issue
from ecocomp.panel.succession import Succession, succession
from ecocomp.rules import issue_of

__all__ = ["carry", "check_totals", "in_words", "names_apart", "of_other_divisions", "provinces", "strangers"]

AGREEMENT = 1e-9
"""Relative difference of totals before and after that rounding may leave."""

CANDIDATES = 3
"""How many close units are named for one that has no match."""


def carry(
    frame: pd.DataFrame,
    source_year: int,
    target_year: int,
    events: pd.DataFrame,
    weights: Mapping[str, float] | None = None,
    kind: Literal["extensive", "intensive"] = "extensive",
    part_weights: Mapping[str, float] | None = None,
    quantity: str = "the table",
    unit: str = "",
    **place: Any,
) -> tuple[pd.DataFrame, list[Issue]]:
    r"""Carry values from the divisions at the end of one year to those at the end of another.

    Totals: :math:`Y_n = \sum_o s_{on} X_o`, where :math:`s_{on}` is the share of the old unit o that lies in the new
    unit n: stated by the events, else by weight. Rates: :math:`Y_n = \sum_o w_o s_{on} X_o / \sum_o w_o s_{on}`.

    Parameters
    ----------
    frame
        Values (code, year): one row a unit, one column a year; NaN is missing.
    source_year, target_year
        Years at whose ends the divisions hold; the target may be the earlier one.
    events
        Changes of divisions, as `ecocomp.panel.events.built_in` gives them; the order of rows is of no account.
    weights
        Weight of each target unit; divides units that were split where the events state no shares.
    kind
        ``extensive``: a total, which is divided and added up; ``intensive``: a rate, of which a mean is taken.
    part_weights
        Weight of each source unit, for the mean of a rate over several units.
    quantity, unit
        What the values are and their unit of measure, for the note that states their total.
    place
        ``file`` and ``column`` that issues name.

    Returns
    -------
    tuple of DataFrame and list of Issue
        Values (code, year) of the target units that hold any part of ``frame``, in the order of their first part. A
        value of which a part is missing is missing; issues name every such unit, every share that is not known, every
        change of hands that is not carried, and totals before and after that differ.
    """
    found = succession(events, source_year, target_year, weights)
    names = _names(events)
    portions, undivided = _portions(frame, found)
    order = list(dict.fromkeys(new for old in frame.index for new in found.shares.get(old, {old: 1.0})))
    rows: dict[str, np.ndarray] = {}
    unweighted: list[str] = []
    for new in order:
        parts = found.parts.get(new, [new])
        if kind == "intensive":
            rows[new], known = _mean(frame, new, parts, found, part_weights or {})
            unweighted += [] if known else [new]
        else:
            rows[new] = _sum(portions, new, parts, frame.shape[1])
    carried = pd.DataFrame(
        rows.values(), index=pd.Index(order, dtype=frame.index.dtype, name=frame.index.name), columns=frame.columns
    )
    total = ""
    if kind == "extensive" and not undivided:
        withheld = _withheld(carried, portions)
        apart = check_totals(frame.sum(), carried.sum() + withheld, **place)
        total = "" if apart else _agreed(frame, withheld, quantity, unit)
    issues = _told(frame, found, f"from the divisions of {source_year} to those of {target_year}{total}", place)
    issues += _incomplete(frame, carried, found, names, place)
    issues += [_unweighted(new, found.parts[new], names, place) for new in unweighted]
    if kind == "extensive":
        issues += [_undivided(old, found.shares[old], names, place) for old in undivided]
        issues += apart if not undivided else []
    return carried, issues


def check_totals(before: pd.Series, after: pd.Series, **place: Any) -> list[Issue]:
    """Return an error for every year whose total before and after carrying differs by more than rounding.

    Parameters
    ----------
    before, after
        Totals (year), those of units made missing by a missing part included in ``after``.
    place
        ``file`` and ``column`` that the issue names.
    """
    apart = (before - after).abs() > AGREEMENT * np.maximum(before.abs(), after.abs())
    return [
        issue_of("crosswalk-total", f"adds up to {after[year]:.12g} after the crosswalk and to {before[year]:.12g} "
                 "before it", year=_year(year), **place)
        for year in before.index[apart]
    ]  # fmt: skip


def provinces(codes: Iterable[str]) -> set[str]:
    """Return the first two digits of the codes of six digits: provinces.

    So GB/T 2260 builds its codes, and other countries theirs. Where one does not, rows of a carried table that begin
    otherwise than the study's are left out with a warning that tells their totals.
    """
    return {code[:2] for code in codes if len(code) == 6 and code.isdigit()}


def strangers(
    names: Mapping[str, str],
    known: Mapping[str, str],
    events: pd.DataFrame,
    lost: Mapping[str, str] | None = None,
    **place: Any,
) -> tuple[list[Issue], int]:
    """Return a warning for every unit of a table that the study lacks, with the closest candidates.

    Parameters
    ----------
    names
        Name of each unit of the table by code, after it was carried; empty where the table has no names.
    known
        Name of each unit of the study by code.
    events
        Changes of divisions, which tell what became of a code of another year.
    lost
        By code, what is lost with a unit: where it was carried from, and its amounts.
    place
        ``file`` and ``column`` that issues name.

    Returns
    -------
    tuple of list of Issue and int
        The warnings for the study's own provinces (first two digits of six-digit codes), and how many units lie in
        other provinces: a national table has thousands.
    """
    own = provinces(known)
    apart = {code: name for code, name in names.items() if code not in known}
    far = [code for code in apart if own and provinces([code]) - own]
    near = {code: name for code, name in apart.items() if code not in set(far)}
    issues = [
        issue_of("crosswalk-unmatched", f"{name or 'this unit'} is not among the units of the study"
                 f"{(lost or {}).get(code, '')}; " + _candidates(code, name, known, events), unit=code, **place)
        for code, name in near.items()
    ]  # fmt: skip
    return issues, len(far)


def of_other_divisions(codes: Iterable[str], year: int, events: pd.DataFrame, **place: Any) -> list[Issue]:
    """Return a warning for every code that the changes give to other divisions than those at the end of a year.

    Parameters
    ----------
    codes
        Codes of a table.
    year
        Year of the divisions that the study declares for it.
    events
        Changes of divisions; codes that they do not mention pass.
    place
        ``file`` and ``column`` that issues name.
    """
    issues = []
    whole = events[events["kind"] != "transfer"]
    for code in dict.fromkeys(codes):
        mentions = whole[(whole["old_code"] == code) | (whole["new_code"] == code)].sort_values("date", kind="stable")
        if mentions.empty:
            continue
        earlier = mentions["date"].str[:4].astype(int) <= year
        if earlier.any():
            last = mentions[mentions["date"] == mentions["date"][earlier].iloc[-1]]
            if (last["new_code"] == code).any():
                continue
            change = last.iloc[0]
            message = f"is a code of before {change['date']}: {change['old_name']} became {_became(last)}"
        else:
            first = mentions[mentions["date"] == mentions["date"].iloc[0]]
            if (first["old_code"] == code).any():
                continue
            change = first.iloc[0]
            message = f"is a code of after {change['date']}: {change['new_name']} was {change['old_code']} "
            message += str(change["old_name"])
        message += f", and the table is declared to have the divisions of {year}"
        issues.append(issue_of("crosswalk-divisions", message, unit=code, **place))
    return issues


def names_apart(names: Mapping[str, str], known: Mapping[str, str], events: pd.DataFrame, **place: Any) -> list[Issue]:
    """Return a warning for every code that two tables call by different names, unless a change explains it.

    Parameters
    ----------
    names, known
        Names by code in a further table and in the study.
    events
        Changes of divisions, which give a code all the names that it ever had.
    place
        ``file`` and ``column`` that issues name.
    """
    mentioned = set(events["old_code"]) | set(events["new_code"])
    return [
        issue_of("crosswalk-name", f"{code} is {known[code]} in the study", unit=code, value=name, **place)
        for code, name in names.items()
        if name and known.get(code, name) != name and code not in mentioned
    ]  # fmt: skip


def _became(links: pd.DataFrame) -> str:
    return ", ".join(f"{code} {name}" for code, name in zip(links["new_code"], links["new_name"], strict=True))


def _candidates(code: str, name: str, known: Mapping[str, str], events: pd.DataFrame) -> str:
    """Say what a code may stand for: what it became or was, units of a like name, units with the nearest code."""
    became = events[(events["old_code"] == code) & events["new_code"].isin(list(known))]
    was = events[(events["new_code"] == code) & events["old_code"].isin(list(known))]
    linked = [f"{c} {known[c]} (from {d})" for c, d in zip(became["new_code"], became["date"], strict=True)]
    linked += [f"{c} {known[c]} (until {d})" for c, d in zip(was["old_code"], was["date"], strict=True)]
    if linked:
        return f"the changes of divisions link it to {', '.join(dict.fromkeys(linked))}: check divisions"
    alike = difflib.get_close_matches(name, known.values(), n=CANDIDATES, cutoff=0.5) if name else []
    close = [c for c in known if known[c] in alike]
    close += [c for c in sorted(known) if len(code) == 6 and c[:4] == code[:4] and c not in close]
    if not close:
        return "no unit has a like name or code"
    return f"closest: {', '.join(f'{c} {known[c]}' for c in close[:CANDIDATES])}"


def _portions(frame: pd.DataFrame, found: Succession) -> tuple[dict[tuple[str, str], np.ndarray], list[str]]:
    """Divide every unit's values; the largest part takes the remainder, so that parts add up to the whole.

    Returns the portions by (old, new), and the units whose shares are not known although they have values.
    """
    portions: dict[tuple[str, str], np.ndarray] = {}
    undivided = []
    for old, values in zip(frame.index, frame.to_numpy(float), strict=True):
        shares = found.shares.get(old, {old: 1.0})
        if any(np.isnan(share) for share in shares.values()) and not np.isnan(values).all():
            undivided.append(old)
        *others, largest = sorted(shares, key=lambda new: (shares[new], new))
        rest = values.copy()
        for new in others:
            portions[old, new] = values * shares[new]
            rest = rest - portions[old, new]
        portions[old, largest] = rest
    return portions, undivided


def _sum(portions: Mapping[tuple[str, str], np.ndarray], new: str, parts: list[str], years: int) -> np.ndarray:
    """Add up the parts of a unit; a part without a row is missing, and so then is the sum."""
    absent = np.full(years, np.nan)
    return np.asarray(np.sum([portions.get((old, new), absent) for old in parts], axis=0))


def _mean(
    frame: pd.DataFrame, new: str, parts: list[str], found: Succession, weights: Mapping[str, float]
) -> tuple[np.ndarray, bool]:
    """Return the weighted mean of a unit's parts, and whether the weights that it needs are known."""
    absent = np.full(frame.shape[1], np.nan)
    values = np.array([frame.loc[old].to_numpy(float) if old in frame.index else absent for old in parts])
    if len(parts) == 1:
        return values[0], True
    masses = np.array([weights.get(old, np.nan) * found.shares[old][new] for old in parts])
    if not masses.sum() > 0:
        return absent, bool(np.isnan(values).any(axis=0).all())
    return np.asarray(masses @ values / masses.sum()), True


def _withheld(carried: pd.DataFrame, portions: Mapping[tuple[str, str], np.ndarray]) -> pd.Series:
    """Return the sum (year) of the portions that lie in units made missing by another portion."""
    withheld = np.zeros(carried.shape[1])
    missing = dict(zip(carried.index, carried.isna().to_numpy(), strict=True))
    for (_, new), portion in portions.items():
        withheld += np.where(missing[new], np.nan_to_num(portion), 0.0)
    return pd.Series(withheld, index=carried.columns)


def _names(events: pd.DataFrame) -> dict[str, str]:
    """Return the latest name of every code that the events mention, with the code before it."""
    dated = events.sort_values("date", kind="stable")
    names: dict[str, str] = {}
    for side in ("old", "new"):
        names |= dict(zip(dated[f"{side}_code"], dated[f"{side}_name"], strict=True))
    return {code: f"{code} {name}" for code, name in names.items()}


def in_words(totals: pd.Series, unit: str) -> str:
    """Return the first and the last known of totals by year as "5 Mt CO2 in 2010 and 7 Mt CO2 in 2015"."""
    known = totals.dropna()
    ends = {year: known[year] for year in (known.index[0], known.index[-1])} if len(known) else {}
    return " and ".join(f"{f'{value:,.6g} {unit}'.rstrip()} in {year}" for year, value in ends.items())


def _agreed(frame: pd.DataFrame, withheld: pd.Series, quantity: str, unit: str) -> str:
    """State the total that is the same before and after, and what of it units with a missing part keep back."""
    total = in_words(frame.sum(min_count=1), unit)
    hidden = in_words(withheld.where(withheld > 0), unit)
    kept = f", of which units with a missing part hold {hidden}" if hidden else ""
    return f"; {quantity} adds up to {total} before and after{kept}" if total else ""


def _told(frame: pd.DataFrame, found: Succession, how: str, place: Mapping[str, Any]) -> list[Issue]:
    """Tell how many units were carried where to, and every change of hands that was not."""
    file = place.get("file")
    touched = [old for old in frame.index if found.shares.get(old, {old: 1.0}) != {old: 1.0}]
    issues = []
    if touched:
        message = f"{len(touched)} of {len(frame)} units were carried {how}"
        issues.append(issue_of("crosswalk-carried", message, file=file))
    concerned = found.moved[found.moved["old_code"].isin(frame.index) | found.moved["new_code"].isin(frame.index)]
    for link in concerned.drop_duplicates(["old_code", "new_code", "date"]).itertuples():
        message = (
            f"part of {link.old_code} {link.old_name} went to {link.new_code} {link.new_name} ({link.date}); "
            "its share is not stated, so nothing was moved"
        )
        issues.append(issue_of("crosswalk-transfer", message, unit=str(link.old_code), file=file))
    return issues


def _incomplete(
    frame: pd.DataFrame, carried: pd.DataFrame, found: Succession, names: Mapping[str, str], place: Mapping[str, Any]
) -> list[Issue]:
    """Name every unit that is missing although some of its parts are not, with the parts that are."""
    issues = []
    for new, gaps in zip(carried.index, carried.isna().to_numpy(), strict=True):
        parts = found.parts.get(new, [new])
        if len(parts) == 1 or not gaps.any():
            continue
        values = frame.reindex(parts).to_numpy(float)
        spoilt = gaps & np.isnan(values).any(axis=0) & ~np.isnan(values).all(axis=0)
        if not spoilt.any():
            continue
        lacking = [names.get(p, p) for p, row in zip(parts, values, strict=True) if np.isnan(row[spoilt]).any()]
        parts_named = ", ".join(lacking)
        message = f"{names.get(new, new)} is missing in {spoilt.sum()} years because a part of it is: {parts_named}"
        issues.append(issue_of("crosswalk-missing", message, unit=new, **place))
    return issues


def _undivided(old: str, shares: Mapping[str, float], names: Mapping[str, str], place: Mapping[str, Any]) -> Issue:
    into = ", ".join(names.get(new, new) for new in sorted(shares))
    message = f"{names.get(old, old)} cannot be divided between {into}: their weights or shares are not known"
    return issue_of("crosswalk-weight", message, unit=old, **place)


def _unweighted(new: str, parts: list[str], names: Mapping[str, str], place: Mapping[str, Any]) -> Issue:
    message = f"the mean of {', '.join(names.get(old, old) for old in parts)} needs their weights"
    return issue_of("crosswalk-weight", message, unit=new, **place)


def _year(label: object) -> int | None:
    return int(str(label)) if str(label).isdigit() else None
