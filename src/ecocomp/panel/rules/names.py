"""Codes against names: one place under two codes, a code of another province, a map that calls a code otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
import xarray as xr

from ecocomp.issues import Issue
from ecocomp.panel.rules.places import listed
from ecocomp.rules import issue_of, rule

__all__ = ["PROVINCES", "code_provinces", "name_repeats", "names_on_map", "plain_name", "same_place"]

PROVINCES = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南",
    "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆", "71": "台湾",
    "81": "香港", "82": "澳门",
}  # fmt: skip
"""First two digits of the codes of GB/T 2260, and how the names of their provinces begin."""

_KINDS = re.compile(r"(?<=..)(?:..?族)*(?:自治县|自治旗|林区|特区|矿区|新区|县|区|市|旗)$")


def plain_name(name: str) -> str:
    """Return a name without blanks, full-width ones included."""
    return re.sub(r"\s+", "", name)


def same_place(one: str, other: str) -> bool:
    """Tell whether two names are one place's: alike without blanks, or but for its kind (任丘县, 任丘市)."""
    a, b = plain_name(one), plain_name(other)
    return a == b or _KINDS.sub("", a) == _KINDS.sub("", b)


def name_repeats(panel: xr.Dataset) -> list[Issue]:
    """Return an issue for every name that several units of one parent share; without parents names may repeat."""
    parents = list(panel.attrs.get("parents", ()))
    if not parents:
        return []
    frame = pd.DataFrame({column: panel[column].values.astype(str) for column in ("unit", "name", *parents)})
    frame["name"] = frame["name"].map(plain_name)
    found = []
    for (name, *above), part in frame.groupby(["name", *parents], sort=True):
        if len(part) > 1:
            message = f"{name} of {above[-1]} stands under several codes: {listed(part['unit'])}"
            found.append(issue_of("name-repeats", message, unit=part["unit"].iloc[0]))
    return found


def code_provinces(panel: xr.Dataset) -> list[Issue]:
    """Return an issue for every six-digit code whose first two digits belong to another province than its parent.

    A parent that is no province of `PROVINCES` is not judged.
    """
    found = []
    for parent in panel.attrs.get("parents", ()):
        for unit, label in zip(panel["unit"].values.astype(str), panel[parent].values.astype(str), strict=True):
            digits = next((d for d, name in PROVINCES.items() if label.startswith(name)), None)
            if digits is None or not re.fullmatch(r"\d{6}", unit) or unit.startswith(digits):
                continue
            owner = PROVINCES.get(unit[:2], "no province")
            message = f"stands under {label} ({digits}), and its code begins with {unit[:2]} ({owner})"
            found.append(issue_of("code-province", message, unit=unit, value=unit, column=str(parent)))
    return list({issue.unit: issue for issue in reversed(found)}.values())[::-1]


def names_on_map(frame: pd.DataFrame, names: Mapping[str, str], table: str, boundaries: str) -> list[Issue]:
    """Return an issue for every code that the table and the map call differently.

    Parameters
    ----------
    frame
        Rows of the map: column ``id`` has the codes; a column of names is found among its texts.
    names
        Name of each code as the table has it.
    table, boundaries
        Files that the issues name.
    """
    known = pd.Series(dict(names), dtype=object)
    mapped = frame[frame["id"].isin(known.index)].drop_duplicates("id").set_index("id")
    texts = [c for c in mapped.columns if mapped[c].map(lambda v: isinstance(v, str)).any()]
    if mapped.empty or not texts:
        return []
    here = known[mapped.index]

    def agreeing(column: str) -> pd.Series:
        pairs = zip(mapped[column], here, strict=True)
        return pd.Series([not isinstance(m, str) or same_place(m, t) for m, t in pairs], index=mapped.index)

    column = max(texts, key=lambda c: agreeing(c).mean())
    agree = agreeing(column)
    if agree.mean() < rule("name-on-map").thresholds["share"]:
        return []
    return [
        issue_of("name-on-map", f"is {here[code]} in the table and {mapped[column][code]} on the map ({column})",
                 file=f"{table}, {boundaries}", unit=str(code), value=str(mapped[column][code]))
        for code in agree.index[~agree]
    ]  # fmt: skip
