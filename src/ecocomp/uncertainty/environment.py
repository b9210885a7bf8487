"""What the bits of a draw hang on beside its inputs: code, versions of libraries, and the digits of the processor."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np
from scipy.special import ndtri

__all__ = ["LIBRARIES", "environment", "key_of"]

LIBRARIES = ("ecocomp", "numpy", "scipy", "pandas", "xarray", "geopandas", "shapely", "pyproj", "libpysal")


def environment() -> dict[str, str]:
    """Return what must be the same wherever draws of one study are computed.

    Beside the versions of Python and of the libraries these are ``code``, a hash of ecocomp's own source, and
    ``digits``, a hash of elementary functions at fixed points: NumPy takes other instructions on other processors, and
    their last bits may differ.
    """
    return dict(_environment())


@cache
def _environment() -> tuple[tuple[str, str], ...]:
    versions = [("python", ".".join(platform.python_version_tuple()[:2]))]
    versions += [(name, metadata.version(name)) for name in LIBRARIES]
    return (*versions, ("code", _code()), ("digits", _digits()))


def _code() -> str:
    folder, found = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def _digits() -> str:
    points = np.linspace(1e-3, 1 - 1e-3, 10_007)
    spread = np.concatenate([f(points * 9) for f in (np.exp, np.log, np.sin, np.sqrt)])
    found = hashlib.sha256(spread.tobytes())
    for values in (ndtri(points), np.log1p(points), spread[: 2**15].reshape(8, -1).sum(axis=1)):
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()[:16]


def key_of(*parts: bytes | str) -> str:
    """Return a key of 32 hexadecimal digits for some parts and this environment."""
    found = hashlib.sha256()
    for part in (*parts, repr(sorted(environment().items()))):
        data = part.encode() if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()[:32]
