"""Fetching a published file: found by its paper's DOI through figshare's public API, resumed, hashed, put in place."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from ecocomp.issues import UsageError
from ecocomp.sources.files import sha256
from ecocomp.sources.published.registry import Dataset

__all__ = ["FIGSHARE", "Fetched", "Patience", "fetch"]

FIGSHARE = "https://api.figshare.com/v2"
"""Public API of figshare; needs no account."""

OFFLINE = "ECOCOMP_OFFLINE"
"""Environment variable that, set to anything but 0, forbids every connection."""

_BLOCK = 1 << 14  # what a lost connection may cost


@dataclass(frozen=True)
class Patience:
    """How often a request is tried again, how long the first wait is, and how long an answer may take [s].

    Each wait is twice the one before it, or what the server asks for.
    """

    tries: int = 5
    wait: float = 1.0
    answer: float = 30.0


@dataclass(frozen=True)
class Fetched:
    """A fetched file: where it lies, its SHA-256, whether it is the known release, and whether it was there already."""

    path: Path
    sha256: str
    known_release: bool
    already_there: bool

    def as_dict(self) -> dict[str, str | bool]:
        """Return the fields by name, as ``ecocomp data fetch --json`` prints them."""
        return asdict(self) | {"path": str(self.path)}


def fetch(
    published: Dataset,
    folder: Path,
    *,
    offline: bool = False,
    api: str = FIGSHARE,
    patience: Patience = Patience(),
) -> Fetched:
    """Fetch the file of a published dataset into a folder.

    The record is found by the DOI of the paper. The file arrives as ``NAME.part``, goes on from there where an earlier
    try was cut off, and takes its name only when size and hash agree.

    Parameters
    ----------
    published
        Entry of the registry.
    folder
        Folder to put the file in; made if absent.
    offline
        Make no connection: only a file that is already there is accepted.
    api
        Address of the API, for tests.
    patience
        How often and how long to try.

    Raises
    ------
    UsageError
        If the dataset is given by path only, the network is closed, the record has no such file, or what arrives is
        not what the record says; the message says what to do by hand.
    """
    if not published.fetchable or published.file is None:
        raise UsageError(
            f"{published.key} cannot be fetched ({published.record}); download it and give its path: "
            f'table = "{published.key}:PATH"'
        )
    target = folder / published.file
    if target.is_file() and sha256([target]) == published.sha256:
        return Fetched(target, str(published.sha256), known_release=True, already_there=True)
    if offline or os.environ.get(OFFLINE, "0") not in ("", "0"):
        raise UsageError(f"{target} is absent or another release, and connections are forbidden; {_by_hand(published)}")
    try:
        with _session(patience) as session:
            try:
                entry = _find(session, published, api, patience)
            except (requests.JSONDecodeError, KeyError, TypeError) as error:  # a portal's page, or another interface
                raise UsageError(f"{api} answered something else than data; {_by_hand(published)}") from error
            folder.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f"{target.name}.part")
            _download(session, entry, part, patience)
    except requests.RequestException as error:
        raise UsageError(f"{published.key} could not be fetched ({_reason(error)}); {_by_hand(published)}") from error
    _require_whole(part, entry)
    digest = sha256([part])
    part.replace(target)
    return Fetched(target, digest, known_release=digest == published.sha256, already_there=False)


def _by_hand(published: Dataset) -> str:
    return (
        f"download it by hand from the record of doi {published.paper} ({published.record}) and give its path: "
        f'table = "{published.key}:PATH"'
    )


def _session(patience: Patience) -> requests.Session:
    retry = Retry(
        total=patience.tries, connect=min(2, patience.tries), backoff_factor=patience.wait,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=("GET", "POST"), respect_retry_after_header=True,
    )  # fmt: skip
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    session.headers["User-Agent"] = "ecocomp"
    return session


def _reason(error: requests.RequestException) -> str:
    """Return a failure in words a person can act on."""
    if error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.exceptions.RetryError):
        return "the server kept answering that it cannot serve now"
    if isinstance(error, requests.ConnectionError):
        return "no connection: the network is closed, or a proxy is needed (HTTPS_PROXY)"
    if isinstance(error, requests.Timeout):
        return "the server did not answer in time"
    return str(error)


def _find(session: requests.Session, published: Dataset, api: str, patience: Patience) -> dict[str, Any]:
    """Return the entry of the file in the records that name the paper; collections are searched after articles."""

    def ask(method: str, path: str, **body: Any) -> Any:
        answer = session.request(method, f"{api}/{path}", timeout=patience.answer, **body)
        answer.raise_for_status()
        return answer.json()

    query = {"json": {"resource_doi": published.paper, "page_size": 100}}
    articles = ask("POST", "articles/search", **query)
    for collection in [] if articles else ask("POST", "collections/search", **query):
        articles += ask("GET", f"collections/{collection['id']}/articles?page_size=100")
    files = [file for article in articles for file in ask("GET", f"articles/{article['id']}").get("files", [])]
    fitting = [
        file for file in files
        if file["name"] == published.file or all(word in file["name"].lower() for word in published.file_words)
    ]  # fmt: skip
    exact = [file for file in fitting if file["name"] == published.file]
    if len(exact or fitting) != 1:
        names = ", ".join(sorted(file["name"] for file in fitting or files)) or "none"
        raise UsageError(
            f"the records of doi {published.paper} have no single file for {published.key} (files: {names}); "
            f"{_by_hand(published)}"
        )
    return dict((exact or fitting)[0])


def _download(session: requests.Session, entry: dict[str, Any], part: Path, patience: Patience) -> None:
    """Download a file, going on where the last try was cut off; a connection lost on the way is tried again."""
    size = int(entry["size"])
    for attempt in range(patience.tries + 1):
        there = part.stat().st_size if part.exists() else 0
        if there > size:  # the rest of another file
            part.unlink()
            there = 0
        if there == size:
            return
        try:
            _append(session, entry["download_url"], part, there, patience)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            if attempt == patience.tries:
                raise
            time.sleep(patience.wait * 2**attempt)


def _append(session: requests.Session, url: str, part: Path, start: int, patience: Patience) -> None:
    headers = {"Range": f"bytes={start}-"} if start else {}
    headers["Accept-Encoding"] = "identity"  # sizes and ranges count the bytes of the file
    with session.get(url, headers=headers, stream=True, timeout=patience.answer) as answer:
        answer.raise_for_status()
        resumed = answer.status_code == requests.codes.partial_content
        with part.open("ab" if resumed else "wb") as file:
            for block in answer.iter_content(_BLOCK):
                file.write(block)


def _require_whole(part: Path, entry: dict[str, Any]) -> None:
    """Raise, and remove what arrived, if size or MD5 differ from those of the record."""
    told = entry.get("computed_md5") or entry.get("supplied_md5")
    digest = hashlib.md5(part.read_bytes(), usedforsecurity=False).hexdigest()
    size = part.stat().st_size
    if size != int(entry["size"]):
        fault = f"{size} bytes arrived instead of {entry['size']}"
    elif told and digest != told:
        fault = f"its MD5 is {digest} and the record says {told}"
    else:
        return
    part.unlink()
    raise UsageError(f"{entry['name']} arrived damaged ({fault}) and was removed; try again")
