"""The tables of docs/check.md, made from the rules table. Run it to bring the page up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ecocomp.panel.rules.magnitude import RATES
from ecocomp.rules import Rule, table
from ecocomp.variables import variable

PAGE = Path(__file__).resolve().parent.parent / "docs" / "check.md"


def judgements() -> Iterator[str]:
    yield "| rule | unless set | may be | finds | thresholds and why |"
    yield "|---|---|---|---|---|"
    for r in table().values():
        if r.judgement:
            limits = ", ".join(f"{name} {value:g}" for name, value in r.thresholds.items())
            reason = ": ".join(filter(None, [limits, r.reason]))
            yield f"| `{r.name}` | {_severity(r)} | {', '.join(r.allowed())} | {r.finds} | {reason} |"


def facts() -> Iterator[str]:
    yield "| rule | severity | finds |"
    yield "|---|---|---|"
    for r in table().values():
        if not r.judgement:
            yield f"| `{r.name}` | {_severity(r)} | {r.finds} |"


def ranges() -> Iterator[str]:
    yield "| median unit's | lowest | highest | why |"
    yield "|---|---:|---:|---|"
    for rate in RATES:
        unit = f"{variable(rate.quantity).unit} / {rate.measure}"
        yield f"| {rate.quantity} over {rate.over} [{unit}] | {rate.low:g} | {rate.high:g} | {rate.reason} |"


def _severity(r: Rule) -> str:
    return " or ".join(r.severities)


def with_tables(text: str) -> str:
    """Return the page with each of its tables anew, between the comments that name it."""
    for name, lines in {"judgements": judgements(), "facts": facts(), "ranges": ranges()}.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        assert pattern.search(text), name
        body = "\n".join(lines)
        text = pattern.sub(lambda m, body=body: f"{m[1]}{body}\n{m[2]}", text)
    return text


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
