"""Chunks of draws computed by Dask: processes of this machine, or the workers of a scheduler that runs elsewhere.

Dask does the scheduling. Which draws make a chunk, and in which order chunks are reduced, is not its business.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ecocomp.issues import MissingDependencyError, UsageError
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.chunk import Chunk, Piece, chunk_of
from ecocomp.uncertainty.compute import Compute
from ecocomp.uncertainty.environment import environment
from ecocomp.uncertainty.store import DrawStore

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["on_client", "workers"]

PATIENCE = 4
"""Seconds within which a scheduler must answer, and have a worker."""
PIECES_A_WORKER = 2
"""Chunks that are out at a time for each thread of a worker: one that it computes, one that waits."""
LOSSES = 3
"""How often in a row the case may be lost with every worker that held it."""

_ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://(\[[^]]+]|[^:/\[\]]+):\d+")

IGNORE_INTERRUPT = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
"""Ctrl-C reaches the workers of a terminal too; they end when the command tells them to."""
ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": 2**28, "MALLOC_TRIM_THRESHOLD_": 2**28,
    "OMP_NUM_THREADS": 1, "MKL_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1,
}  # fmt: skip
"""Of local workers: what a chunk frees stays with the process for the next one, a quarter of its time otherwise."""

Expected = dict[str, str]


@contextmanager
def workers(number: int | None = None, scheduler: str | None = None) -> Iterator[Compute]:
    """Have chunks computed by new processes of this machine, or by the workers of a running scheduler.

    Parameters
    ----------
    number
        Processes to start, one thread each; they end with the block.
    scheduler
        Address of a running ``dask scheduler`` instead, such as ``tcp://10.0.0.1:8786``.

    Yields
    ------
    callable
        For :func:`ecocomp.uncertainty.propagate`.

    Raises
    ------
    MissingDependencyError
        If Dask is not installed.
    UsageError
        If both or none are asked for, the scheduler does not answer or has no workers, or a worker's versions differ
        from those here.
    """
    if (number is None) == (scheduler is None):
        raise UsageError("give either a number of workers or the address of a scheduler")
    if number is not None and number < 1:
        raise UsageError(f"a run needs at least one worker (asked for: {number}); without --workers it uses none")
    if scheduler is not None and not _ADDRESS.fullmatch(scheduler):
        raise UsageError(f"{scheduler!r} is no address of a Dask scheduler; write it as tcp://HOST:PORT")
    if importlib.util.find_spec("distributed") is None:
        raise MissingDependencyError("computing on workers", "distributed", "scale")
    with _local(number) if number is not None else _connected(str(scheduler)) as client:
        yield on_client(client, same_disk=number is not None)


@contextmanager
def _local(number: int) -> Iterator[Client]:
    import dask
    from distributed import Client, LocalCluster

    # memory is bounded by the chunks that are out, so that no worker need be stopped for it
    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": ENVIRONMENT}),
        LocalCluster(
            n_workers=number, threads_per_worker=1, processes=True, memory_limit=0, silence_logs="CRITICAL",
            dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False}, preload=IGNORE_INTERRUPT,
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        _require_likeness(client)  # and has them import what chunks need
        yield client


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    from distributed import Client

    try:
        with ThreadPoolExecutor(1) as thread:  # a notebook has a loop running in this one
            thread.submit(asyncio.run, _identity(address)).result()
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {address} within {PATIENCE} s ({type(error).__name__}); start one with  "
            "dask scheduler  and give the address that it prints, or use --workers"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise UsageError(
                f"the scheduler at {address} has no workers after {PATIENCE} s; start some with  dask worker {address}"
            ) from None
        _require_likeness(client)
        yield client


async def _identity(address: str) -> object:
    """Ask a scheduler who it is; the client itself would try for up to a minute."""
    from distributed import rpc

    async with asyncio.timeout(PATIENCE), rpc(address, timeout=PATIENCE) as scheduler:
        return await scheduler.identity()


def _require_likeness(client: Client) -> None:
    """Raise unless every worker has this environment."""
    own, unlike = environment(), []
    for name, found in client.run(environment, on_error="return").items():
        if not isinstance(found, dict):  # no ecocomp, or one without this function
            unlike.append(f"{name} has no ecocomp {own['ecocomp']} like the one here ({found})")
        elif differences := _differences(own, found):
            unlike.append(f"{name} has {differences}")
    if unlike:
        raise UsageError(_unlike(unlike))


def _differences(own: Expected, found: Expected) -> str:
    return ", ".join(f"{name} {found.get(name)} (here {value})" for name, value in own.items()
                     if found.get(name) != value)  # fmt: skip


def _unlike(workers: Sequence[str]) -> str:
    return (
        "workers would not give the bits of this machine: " + "; ".join(workers) + "; install the same versions there, "
        "and use processors of one kind where digits differ"
    )


def on_client(client: Client, *, same_disk: bool = False) -> Compute:
    """Return what has the workers of a Dask client compute chunks.

    The case is sent to the workers once; a bounded number of chunks is out at a time. Chunks of a worker that dies go
    to another one. A worker that joins later with other versions is refused.

    Parameters
    ----------
    client
        Of a running cluster.
    same_disk
        Whether workers write to the disk of this process: then they set their chunks aside themselves, else they send
        them.
    """

    def compute(case: Case, pieces: Sequence[Piece], store: DrawStore) -> Iterator[Piece]:
        if not pieces:
            return
        for piece, chunk in _computed(client, case, pieces, store if same_disk else None):
            if chunk is not None:
                store.put(piece, chunk)
            yield piece

    return compute


def _computed(
    client: Client, case: Case, pieces: Sequence[Piece], store: DrawStore | None
) -> Iterator[tuple[Piece, Chunk | None]]:
    """Yield pieces with their chunks, or without where workers have a store to set them aside in."""
    from distributed import as_completed

    own, waiting, lost = environment(), list(reversed(pieces)), 0
    out: dict[Future, Piece] = {}
    finished = as_completed(loop=client.loop)
    held: Future | None = _sent(client, case)
    while waiting or out:
        while waiting and held is not None and len(out) < _room(client):
            piece = waiting.pop()
            future = client.submit(checked_chunk, held, piece, own, store, pure=False)
            out[future] = piece
            finished.add(future)
        future = next(finished)
        piece = out.pop(future)
        try:
            chunk = _result(future, piece)
        except CancelledError:  # the case went with the last worker that held it: the chunks that are out go too
            waiting.append(piece)
            held = None
        else:
            lost = 0
            yield piece, chunk
        del future  # so that its worker forgets the chunk
        if held is None and not out:
            lost += 1
            _require_hope(client, lost)
            held = _sent(client, case)


def _require_hope(client: Client, lost: int) -> None:
    """Raise where workers die as soon as they have the case, or the scheduler itself is gone."""
    if lost > LOSSES or client.status != "running":
        raise UsageError(
            "the Dask scheduler or all of its workers were lost; run again: draws that are complete are not computed "
            "twice"
        )


def _sent(client: Client, case: Case) -> Future:
    client.wait_for_workers(1)
    return client.scatter(case, broadcast=True, hash=False)


def _room(client: Client) -> int:
    threads = sum(int(number) for number in client.nthreads().values())
    return PIECES_A_WORKER * max(1, threads)


def _result(future: Future, piece: Piece) -> Chunk | None:
    from distributed import KilledWorker

    try:
        chunk: Chunk | None = future.result()
    except KilledWorker as error:
        raise UsageError(
            f"several workers died on draws {piece[0]:,} to {piece[1] - 1:,}, at last {error.last_worker.address}: "
            "look at their logs, and whether they have enough memory"
        ) from None
    return chunk


def checked_chunk(case: Case, piece: Piece, expected: Expected, store: DrawStore | None) -> Chunk | None:
    """Set a chunk aside in a store, or return it where there is none, on a worker whose environment is as expected."""
    if differences := _differences(expected, environment()):
        raise UsageError(_unlike([f"a worker has {differences}"]))
    chunk = chunk_of(case, *piece)
    if store is None:
        return chunk
    store.put(piece, chunk)
    return None
