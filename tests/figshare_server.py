"""A local server that answers as figshare's public API does, and that can be told to fail in the ways that happen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

__all__ = ["Record", "serve"]


@dataclass
class Record:
    """What the server holds and how it misbehaves; ``asked`` takes every request.

    ``busy`` answers 503 that many times first, ``cut`` breaks off the next downloads after so many bytes each.
    """

    content: bytes
    doi: str
    name: str = "County-level CO2 emissions (1997-2017).xlsx"
    others: tuple[str, ...] = ("readme.txt", "Vegetation sequestration.xlsx")
    md5: str | None = None
    busy: int = 0
    cut: list[int] = field(default_factory=list)
    ranges: bool = True
    in_collection: bool = False
    status: int | None = None
    body: bytes | None = None
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)


@contextmanager
def serve(record: Record) -> Iterator[str]:
    """Serve a record on this machine; yields the address of the API."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, query: dict[str, Any]) -> None:
            record.asked.append((self.command, self.path, query | {"Range": self.headers.get("Range")}))
            if record.busy > 0:
                record.busy -= 1
                self._send(503, b"busy")
            elif record.status is not None:
                self._send(record.status, record.body or b"refused")
            elif record.body is not None:
                self._send(200, record.body)
            elif self.path.startswith("/files/"):
                self._file()
            else:
                self._send(200, json.dumps(self._metadata(query)).encode())

        def _metadata(self, query: dict[str, Any]) -> Any:
            mine = query.get("resource_doi") == record.doi
            article = {"id": 7, "title": "County-level CO2", "doi": "10.6084/m9.figshare.7.v1"}
            if self.path == "/v2/articles/search":
                return [article] if mine and not record.in_collection else []
            if self.path == "/v2/collections/search":
                return [{"id": 3}] if mine and record.in_collection else []
            if re.fullmatch(r"/v2/collections/3/articles\?.*", self.path):
                return [article]
            assert self.path == "/v2/articles/7", self.path
            return article | {"files": [self._entry(number, name) for number, name in enumerate(names())]}

        def _entry(self, number: int, name: str) -> dict[str, Any]:
            md5 = record.md5 or hashlib.md5(record.content, usedforsecurity=False).hexdigest()
            url = f"{address}/files/{number}"
            return {
                "id": number, "name": name, "size": len(record.content), "is_link_only": False, "download_url": url,
                "supplied_md5": md5, "computed_md5": md5,
            }  # fmt: skip

        def _file(self) -> None:
            asked = self.headers.get("Range") if record.ranges else None
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            rest = record.content[start:]
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            cut = record.cut.pop(0) if record.cut else None
            self.wfile.write(rest[:cut])
            self.close_connection = cut is not None

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def names() -> list[str]:
        return [record.name, *record.others]

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"{address}/v2"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
