"""Addresses of databases, and the passwords that none may hold: what ecocomp is told, it writes down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

__all__ = ["WHERE_PASSWORDS_GO", "holds_password", "is_database", "places_with_passwords"]

WHERE_PASSWORDS_GO = (
    "take it out and put it into the environment variable PGPASSWORD, the password file (~/.pgpass; on Windows "
    "%APPDATA%\\postgresql\\pgpass.conf), or a service file (postgresql://?service=NAME), and change it if the file "
    "was shared"
)

_SCHEMES = ("postgresql://", "postgres://")
_IN_URL = re.compile(r"^\s*postgres(ql)?://[^@]*:[^@]*@", re.IGNORECASE)
_AS_WORD = re.compile(r"(^|[?&\s])(ssl)?password\s*=\s*\S", re.IGNORECASE)


def is_database(text: str) -> bool:
    """Tell whether a path of a study is a database's address."""
    return text.strip().lower().startswith(_SCHEMES)


def holds_password(text: str) -> bool:
    """Tell whether a text is a database's address with a password in it, in either of PostgreSQL's notations."""
    if _IN_URL.search(text) or _AS_WORD.search(text):
        return True
    if not is_database(text):
        return False
    try:
        return urlsplit(text.strip()).password is not None
    except ValueError:  # brackets that are no IPv6 address: nobody can connect with it either
        return "@" in text


def places_with_passwords(settings: Any, place: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the place of every text in nested settings that holds a password, never the text."""
    if isinstance(settings, dict):
        for key, value in settings.items():
            if holds_password(str(key)):
                yield ".".join([*place, "(a key)"])
            yield from places_with_passwords(value, (*place, str(key)))
    elif isinstance(settings, list | tuple):
        for value in settings:
            yield from places_with_passwords(value, place)
    elif isinstance(settings, str) and holds_password(settings):
        yield ".".join(place)
