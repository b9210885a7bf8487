"""The encoding of a shapefile's attributes, and names that were read in the wrong one.

A shapefile may say its encoding in a ``.cpg`` file or in a byte of the ``.dbf`` header; many say nothing, and some say
what their names are not. GDAL reads the silent ones as Latin-1 and never says so.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

__all__ = ["AttributeEncoding", "Unscrambled", "attribute_encoding", "is_of_lone_letters", "unscramble"]

LANGUAGE_DRIVERS = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950",
    0x50: "cp874", 0x64: "cp852", 0x65: "cp866", 0x78: "cp950", 0x79: "cp949", 0x7A: "gb18030", 0x7B: "cp932",
    0x7C: "cp874", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
}  # fmt: skip
"""Encodings by the language driver byte of a dBASE file. 0x57, "as this computer", says nothing elsewhere."""

LONE = 0.8
"""Share of the runs of bytes beyond ASCII that are one byte long, above which text is not Chinese."""
_LANGUAGE_DRIVER = 29
"""Place of that byte in the header."""
_CHINESE = {"gb2312", "gbk", "cp936", "gb18030"}
_MISREADINGS = (
    ("latin-1", "gb18030"), ("cp1252", "gb18030"), ("latin-1", "utf-8"), ("cp1252", "utf-8"), ("gb18030", "utf-8"),
    ("utf-8", "gb18030"), ("gb18030", "cp1252"), ("cp437", "gb18030"), ("cp850", "gb18030"), ("cp950", "gb18030"),
    ("latin-1", "big5"),
)  # fmt: skip
"""Encodings that text is wrongly read in, each with the one it was written in; the commonest first."""


class AttributeEncoding(NamedTuple):
    """An encoding as Python calls it, and who says so; none where GDAL needs no help."""

    encoding: str | None
    said_by: Literal[".cpg", "language driver", "detected"] | None
    refuted: str | None = None
    """What the ``.cpg`` or the language driver says, where the file's bytes are not that."""


class Unscrambled(NamedTuple):
    """A table whose texts were read again: what they had been read in, what they are, and one text before and after."""

    frame: Any
    read_as: str
    written_in: str
    example: tuple[str, str]


def attribute_encoding(path: Path) -> AttributeEncoding:
    """Return the encoding of a shapefile's attributes.

    In this order: what the ``.cpg`` says, what the language driver byte says, each unless the bytes refute it; else
    UTF-8 where the bytes are that, else GB18030 where they are that and in pairs, else Windows-1252. Files in ASCII,
    which are the same in all of these, and files of other formats have none.
    """
    dbf = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or not dbf.is_file():
        return AttributeEncoding(None, None)
    content = dbf.read_bytes()
    text = _text_of(content)
    said: list[tuple[Literal[".cpg", "language driver"], str]] = []
    stated = _stated(path.with_suffix(".cpg"))
    if stated is not None:
        said.append((".cpg", stated))
    driver = LANGUAGE_DRIVERS.get(content[_LANGUAGE_DRIVER]) if len(content) > _LANGUAGE_DRIVER else None
    if driver is not None:
        said.append(("language driver", driver))
    for who, encoding in said:
        if _decodes(text, encoding):
            return AttributeEncoding(encoding, who, None if (who, encoding) == said[0] else said[0][1])
    refuted = said[0][1] if said else None
    if text.isascii():
        return AttributeEncoding(None, None)
    for encoding in ("utf-8", "cp1252" if is_of_lone_letters(text) else "gb18030"):
        if _decodes(text, encoding):
            return AttributeEncoding(encoding, "detected", refuted)
    return AttributeEncoding(None, None, refuted)


def is_of_lone_letters(text: bytes) -> bool:
    """Tell text that has one byte a letter, as Latin with accents has, from Chinese, whose bytes come in pairs.

    Bytes beyond ASCII stand alone there, between letters that have none; in GB18030 few do.
    """
    runs = re.findall(rb"[\x80-\xff]+", text)
    return bool(runs) and sum(len(run) == 1 for run in runs) > LONE * len(runs)


def _text_of(content: bytes) -> bytes:
    """Return the field names and the records of a .dbf: what has to decode."""
    start = int.from_bytes(content[8:10], "little")  # of the records; before them 32 bytes a field, name first
    names = b" ".join(content[field : field + 11] for field in range(32, start - 1, 32))
    return names + b" " + content[start:]


def _stated(cpg: Path) -> str | None:
    """Return the encoding that a .cpg file states, such as ``ANSI 936`` or ``65001``; none if Python knows it not."""
    if not cpg.is_file():
        return None
    word = cpg.read_bytes().decode("ascii", "ignore").strip().lower()
    number = re.fullmatch(r"(?:ansi|cp|windows|oem)?[ _-]*(\d{3,5})", word)
    if re.fullmatch(r"ldid/\d+", word):
        return LANGUAGE_DRIVERS.get(int(word.removeprefix("ldid/")))
    if word == "65001" or (number and number[1] == "65001"):
        word = "utf-8"
    elif re.fullmatch(r"8859[ _-]?\d+", word):
        word = "iso-" + word.replace("_", "-").replace(" ", "-")
    elif number:
        word = f"cp{number[1]}"
    try:
        name = codecs.lookup(word).name
    except LookupError:
        return None
    return "gb18030" if name in _CHINESE else name


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def unscramble(frame: Any, known: Collection[str]) -> Unscrambled | None:
    """Read the texts of a table again if none of them is known as they stand and some are in another encoding.

    Parameters
    ----------
    frame
        A (geo-)data frame; its column names and text columns count.
    known
        Names that should be found, such as those of the study's table and its columns.

    Returns
    -------
    Unscrambled or None
        None where a text with letters beyond ASCII is known as it stands, or where no other reading knows one.
    """
    wanted = {name for name in known if name and not name.isascii()}
    columns = [c for c in frame.columns if pd.api.types.is_string_dtype(frame[c]) or frame[c].dtype == object]
    texts = {str(c) for c in frame.columns}
    for column in columns:
        texts |= {cell.strip() for cell in frame[column] if isinstance(cell, str)}
    strange = {text for text in texts if not text.isascii()}
    if not wanted or not strange or wanted & strange:
        return None
    best: tuple[int, int, str, str] | None = None
    for read_as, written_in in _MISREADINGS:
        texts_again = {text: _again(text, read_as, written_in) for text in strange}
        hits = sum(text in wanted for text in texts_again.values())
        changed = sum(before != after for before, after in texts_again.items())
        if hits and (best is None or (hits, changed) > best[:2]):
            best = (hits, changed, read_as, written_in)
    if best is None:
        return None
    read_as, written_in = best[2:]
    example = next(t for t in sorted(strange) if _again(t, read_as, written_in) in wanted)
    again = frame.rename(columns={c: _again(str(c), read_as, written_in) for c in frame.columns if isinstance(c, str)})
    for column in columns:
        cells = [_again(cell, read_as, written_in) if isinstance(cell, str) else cell for cell in frame[column]]
        again[_again(str(column), read_as, written_in)] = pd.array(cells, dtype=object)
    return Unscrambled(again, read_as, written_in, (example, _again(example, read_as, written_in)))


def _again(text: str, read_as: str, written_in: str) -> str:
    """Return a text decoded again; as it is where it cannot have been what is supposed."""
    try:
        return text.encode(read_as).decode(written_in).strip()
    except UnicodeError:
        return text
