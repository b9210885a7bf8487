"""Columns as the page reads them: typed arrays in base64, each kept once however many runs share it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Pool", "varints"]

Kind = Literal["f8", "f4", "u1", "u2", "u4"]


@dataclass
class Pool:
    """Columns by what they hold: equal ones are stored once, as for runs that differ in their settings only."""

    columns: list[dict[str, Any]] = field(default_factory=list)
    _known: dict[tuple[object, ...], int] = field(default_factory=dict)

    def numbers(self, values: NDArray[np.float64 | np.integer[Any]], kind: Kind = "f8") -> int:
        """Keep numbers and return their place in the pool.

        Parameters
        ----------
        values
            On (unit, year), or of one dimension. A missing value stays missing (NaN) and is counted. A column that is
            the same in every year is kept once a unit.
        kind
            Numpy's code of the type, little-endian; ``f8`` keeps every bit.
        """
        array = np.ascontiguousarray(values, dtype=f"<{kind}")
        each = "cell"
        if array.ndim == 2 and array.shape[1] > 1:
            first = array[:, :1]
            if np.array_equal(array, np.broadcast_to(first, array.shape), equal_nan=kind[0] == "f"):
                array, each = first, "unit"
        missing = int(np.isnan(array).sum()) if kind[0] == "f" else 0
        return self._keep({"kind": kind, "each": each, "missing": missing, "data": _base64(array.tobytes())})

    def labels(self, values: Sequence[object]) -> int:
        """Keep labels as numbers into the list of those that occur; an absent one is ``missing``."""
        texts = ["missing" if v is None or v != v else str(v) for v in values]
        distinct = sorted(set(texts))
        number = {text: i for i, text in enumerate(distinct)}
        kind: Kind = "u1" if len(distinct) <= 256 else "u2"
        codes = np.array([number[text] for text in texts], dtype=f"<{kind}")
        return self._keep({"kind": kind, "each": "cell", "labels": distinct, "data": _base64(codes.tobytes())})

    def _keep(self, column: dict[str, Any]) -> int:
        key = (column["kind"], column["each"], tuple(column.get("labels", ())), column["data"])
        if key not in self._known:
            self._known[key] = len(self.columns)
            self.columns.append(column)
        return self._known[key]


def varints(numbers: Iterable[int]) -> str:
    """Return whole numbers in base64, small ones in one byte: zigzag for the sign, seven bits a byte (LEB128)."""
    stream = bytearray()
    for number in numbers:
        rest = number << 1 if number >= 0 else (-number << 1) - 1
        while rest > 127:
            stream.append(rest & 127 | 128)
            rest >>= 7
        stream.append(rest)
    return _base64(bytes(stream))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
