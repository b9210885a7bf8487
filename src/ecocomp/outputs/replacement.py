"""A results folder is the old complete one or the new complete one, whenever the process is killed."""

from __future__ import annotations

import ctypes
import errno
import glob
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecocomp.issues import ResultsFolderError

__all__ = ["recover", "replacing", "require_replaceable"]

MANIFEST = "manifest.json"


def require_replaceable(folder: Path, force: bool, own_files: frozenset[str] = frozenset()) -> None:
    """Raise unless a folder may be written: absent, empty, or a results folder that may be replaced.

    Parameters
    ----------
    folder
        Where results are to go.
    force
        Whether an existing results folder may be replaced.
    own_files
        Files that the existing results folder's manifest lists; any other file in it is the user's.

    Raises
    ------
    ResultsFolderError
        If something of the user's would be lost.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ResultsFolderError(f"{folder} is a file; give another folder with -o")
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    if not found:
        return
    if MANIFEST not in found:
        raise ResultsFolderError(f"{folder} is not a results folder and not empty; give another folder with -o")
    if not force:
        raise ResultsFolderError(
            f"{folder} already holds results; use --force to replace them, or -o for another folder"
        )
    foreign = sorted(found - own_files - {MANIFEST})
    if foreign:
        more = f" and {len(foreign) - 5} more" if len(foreign) > 5 else ""
        raise ResultsFolderError(
            f"{folder} holds files that ecocomp did not write ({', '.join(foreign[:5])}{more}); move them away first"
        )


@contextmanager
def replacing(folder: Path, force: bool = True) -> Iterator[Path]:
    """Yield an empty folder beside ``folder`` to fill, and put it in its place in one step when all went well.

    Where anything goes wrong, ``folder`` stays as it was and the part that was written is removed. What a killed
    process left behind is removed by the next one.
    """
    folder = folder.resolve()  # behind a link, so that the link stays
    recover(folder)
    partial = folder.with_name(f".{folder.name}.partial-{platform.node()}-{os.getpid()}")
    for stale in folder.parent.glob(f"{glob.escape(partial.name.rpartition('-')[0])}-*"):
        process = stale.name.rpartition("-")[2]
        if stale == partial or (process.isdecimal() and not _is_running(int(process))):
            shutil.rmtree(stale, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if not force and folder.exists() and any(folder.iterdir()):
            raise ResultsFolderError(f"{folder} was written by another run meanwhile; use --force to replace it")
        _put_in_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def recover(folder: Path) -> None:
    """Bring back the old folder if a system without an atomic exchange was stopped between its two renames."""
    folder = folder.resolve()
    previous = _previous(folder)
    if previous.exists():
        if folder.exists():
            shutil.rmtree(previous)
        else:
            previous.rename(folder)


def _previous(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.previous")


def _is_running(process: int) -> bool:
    if os.name == "nt":  # there os.kill would end the process instead of asking after it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _put_in_place(partial: Path, folder: Path) -> None:
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
    if not folder.exists():
        partial.rename(folder)
    elif not _exchange(partial, folder):
        folder.rename(_previous(folder))
        partial.rename(folder)
        shutil.rmtree(_previous(folder))


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step where the system can; return whether it did."""
    library = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    here, first, second = ctypes.c_int(-100), os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        failed = library.renameat2(here, first, here, second, ctypes.c_uint(2))  # type: ignore[union-attr]  # RENAME_EXCHANGE
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(first, second, ctypes.c_uint(2))  # type: ignore[union-attr]  # RENAME_SWAP
    else:
        return False
    if failed and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    return not failed
