"""Draws set aside on disk as partitioned Parquet, a part a chunk.

Exact quantiles of every unit then need no memory for all draws of all units, and an interrupted run goes on where it
stopped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ecocomp.issues import UsageError
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.chunk import REGIONAL, WEIGHTINGS, Chunk, Piece
from ecocomp.uncertainty.environment import key_of

__all__ = ["DrawStore", "discard", "draw_store", "key_of_case"]

SUMS, LOCK, PARTIAL = "sums.json", "lock", "partial-"
DRAWS = pa.schema([("amount", pa.float32()), ("rank", pa.int32())])
CELLS_AT_ONCE = 2**23
"""Draws of unit-years that are read at a time: 32 MiB an array of amounts."""
PLACES = tuple(f"{axis}_{weighting}" for weighting in WEIGHTINGS for axis in ("lon", "lat"))
REMEDY = "or give another folder with -o, and run again: draws that are complete there are not computed twice"
PART = re.compile(r"(\d{7})-(\d{7})")


class DrawStore:
    """Parts of the draws of one study in a folder, each whole or absent.

    A part is a folder named by its first draw and the one after its last, with three tables: ``draws.parquet``, rows
    (year, unit, draw) with amount [CNY] and rank, in groups of rows that are read alone; ``units.parquet``, the counts,
    rows (year, unit); ``region.parquet``, sums and centres of the region, rows (year, draw). ``sums.json`` holds the
    size and CRC-32 of each.
    """

    def __init__(self, folder: Path, years: int, units: int, draws: int, remedy: str = "") -> None:
        self._folder, self._shape, self._remedy = folder.resolve(), (years, units), remedy
        self.cells_at_once = max(1, CELLS_AT_ONCE // draws)
        self._footers: dict[Piece, pq.FileMetaData] = {}

    def pieces(self) -> list[Piece]:
        """Return the first draw of each part and the one after its last, in order."""
        found = [PART.fullmatch(path.name) for path in self._folder.iterdir()]
        return sorted((int(name[1]), int(name[2])) for name in found if name)

    def keep_sound(self, wanted: Sequence[Piece]) -> list[Piece]:
        """Remove parts that are incomplete, damaged or not wanted, and return the damaged ones."""
        damaged = []
        for path in self._folder.glob(f"{PARTIAL}*"):
            shutil.rmtree(path)
        for piece in self.pieces():
            if piece not in wanted or not _is_sound(self._path(piece)):
                shutil.rmtree(self._path(piece))
                damaged += [piece] if piece in wanted else []
        return damaged

    def put(self, piece: Piece, chunk: Chunk) -> None:
        """Set a chunk aside: its part appears complete, in one step, or not at all.

        Raises
        ------
        UsageError
            If the disk is full or the folder cannot be written.
        """
        if self._path(piece).exists():  # by a process that died before it could say so
            return
        partial = self._folder / f"{PARTIAL}{piece[0]}-{os.getpid()}"
        try:
            partial.mkdir()
            for name, table in _tables(chunk).items():
                groups = self.cells_at_once * (piece[1] - piece[0]) if name == "draws" else None
                pq.write_table(
                    table, partial / f"{name}.parquet", row_group_size=groups, compression="none",
                    use_dictionary=False, write_statistics=False, data_page_size=2**24,
                )  # fmt: skip
            sums = {path.name: _sum_of(path) for path in sorted(partial.iterdir())}
            (partial / SUMS).write_text(json.dumps(sums), encoding="ascii")
            partial.rename(self._path(piece))
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise _unwritable(self._folder, error, self._remedy) from None

    def rest(self, piece: Piece) -> tuple[dict[str, NDArray[np.int64]], dict[str, Any], NDArray[np.float64]]:
        """Return what a chunk holds beside amounts and ranks: counts, sums of the region, and centres."""
        path, draws = self._path(piece), piece[1] - piece[0]
        units = pq.read_table(path / "units.parquet", use_threads=False)
        counts = {name: units[name].to_numpy().reshape(self._shape) for name in units.column_names}
        region = pq.read_table(path / "region.parquet", use_threads=False)
        by_year = {name: region[name].to_numpy().reshape(-1, draws) for name in region.column_names}
        places = np.stack([by_year[name] for name in PLACES], axis=-1).reshape(-1, draws, len(WEIGHTINGS), 2)
        return counts, {name: by_year[name] for name in REGIONAL}, np.swapaxes(places, 0, 1)

    def blocks(self) -> list[slice]:
        """Return the unit-years that are read at a time, as places among all of them."""
        cells = self._shape[0] * self._shape[1]
        return [slice(start, min(start + self.cells_at_once, cells)) for start in range(0, cells, self.cells_at_once)]

    def draws_of(self, block: slice) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return amounts and ranks (unit-year, draw) of all draws, in order, of a block."""
        pieces = self.pieces()
        shape = (block.stop - block.start, pieces[-1][1])
        amounts, ranks = np.empty(shape, np.float32), np.empty(shape, np.int32)
        for piece in pieces:
            table = self._group(piece, block.start // self.cells_at_once)
            amounts[:, slice(*piece)] = table["amount"].to_numpy().reshape(shape[0], -1)
            ranks[:, slice(*piece)] = table["rank"].to_numpy().reshape(shape[0], -1)
        return amounts, ranks

    def _group(self, piece: Piece, group: int) -> pa.Table:
        path = self._path(piece) / "draws.parquet"
        if piece not in self._footers:
            self._footers[piece] = pq.read_metadata(path)
        with pq.ParquetFile(path, metadata=self._footers[piece], pre_buffer=False) as file:
            return file.read_row_group(group, use_threads=False)

    def _path(self, piece: Piece) -> Path:
        return self._folder / f"{piece[0]:07d}-{piece[1]:07d}"


def _tables(chunk: Chunk) -> dict[str, pa.Table]:
    """Return a chunk as tables, rows in the order of its arrays."""
    draws = [pa.array(np.ascontiguousarray(values).ravel()) for values in (chunk.amounts, chunk.ranks)]
    places = np.swapaxes(chunk.centres, 0, 1).reshape(-1, len(PLACES)).T  # columns of rows (year, draw)
    region = {name: chunk.regional[name].ravel() for name in REGIONAL} | dict(zip(PLACES, places, strict=True))
    return {
        "draws": pa.Table.from_arrays(draws, schema=DRAWS),
        "units": pa.table({name: np.ravel(values) for name, values in chunk.counts.items()}),
        "region": pa.table({name: np.ascontiguousarray(values) for name, values in region.items()}),
    }


def _sum_of(path: Path) -> list[int]:
    data = path.read_bytes()
    return [len(data), zlib.crc32(data)]


def _is_sound(part: Path) -> bool:
    try:
        sums = json.loads((part / SUMS).read_text(encoding="ascii"))
        return bool(sums) and all(_sum_of(part / name) == found for name, found in sums.items())
    except (OSError, ValueError, AttributeError):
        return False


def _unwritable(folder: Path, error: OSError, remedy: str) -> UsageError:
    reason = os.strerror(error.errno) if error.errno else str(error)
    return UsageError(f"the draws cannot be set aside in {folder} ({reason}); make room, {remedy}")


def key_of_case(case: Case) -> str:
    """Return a key that changes with anything that a draw's bits hang on: settings, inputs, code and libraries."""
    panel, member_of = case.panel, case.member_of
    parts: list[bytes | str] = [case.study.fingerprint(), "\0".join(map(str, panel["unit"].values))]
    parts += [np.asarray(panel["year"].values).tobytes(), b"" if member_of is None else member_of.tobytes()]
    for name in sorted(map(str, panel.data_vars)):
        values = panel[name].transpose("year", "unit").values
        parts += [name, str(values.dtype), np.ascontiguousarray(values).tobytes()]
    parts += ["\0".join(map(str, case.geometry.index)), "" if case.geometry.crs is None else case.geometry.crs.to_wkt()]
    return key_of(*parts, *case.geometry.geometry.to_wkb().tolist())


@contextmanager
def draw_store(
    case: Case, folder: Path | None, wanted: Sequence[Piece], tell: Callable[[str], None]
) -> Iterator[DrawStore]:
    """Open the store of a study, with what an interrupted run left of it.

    Parameters
    ----------
    case
        The study.
    folder
        Folder of stores, one a key, in which this one stays until :func:`discard`; None: a temporary one, gone when
        the block ends, however it ends.
    wanted
        Chunks of the study; other and damaged parts are removed.
    tell
        Called with what was found.

    Raises
    ------
    UsageError
        If the folder cannot be written, or another run is filling this store.
    """
    sizes = (case.panel.sizes["year"], case.panel.sizes["unit"], case.study.uncertainty.draws)
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="ecocomp-draws-") as temporary:
            yield DrawStore(Path(temporary), *sizes, "set TMPDIR to another folder, or ask for fewer draws")
        return
    own = folder / key_of_case(case)
    try:
        own.mkdir(parents=True, exist_ok=True)
        lock = os.open(own / LOCK, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise _unwritable(folder, error, REMEDY) from None
    try:
        if not _locked(lock):
            raise UsageError(f"another run is computing the same draws in {own}; wait for it, or give another -o")
        store = DrawStore(own, *sizes, REMEDY)
        for start, stop in store.keep_sound(wanted):
            tell(f"draws {start:,} to {stop - 1:,} were damaged on disk and are computed again")
        yield store
    finally:
        os.close(lock)


def discard(folder: Path) -> None:
    """Remove a folder of stores, except those that another run is filling."""
    for own in sorted(folder.glob("*/")) if folder.is_dir() else ():
        with suppress(OSError):
            lock = os.open(own / LOCK, os.O_RDWR | os.O_CREAT)
            if _locked(lock):
                shutil.rmtree(own)
            os.close(lock)
    with suppress(OSError):
        folder.rmdir()


def _locked(file: int) -> bool:
    """Lock a file for this process; the system lets go of it when the process ends, however it ends."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
