"""Messages in English and, by the catalogues beside this file (gettext's ``.po``), in other languages.

The English message in the code is the key of its translation. A message is a whole sentence or a label, with names in
braces for what is put in, never a piece of a sentence: other languages have another order. ``say`` and ``count`` take
their messages as literals, so that a test finds every one of them and holds the catalogues complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from ecocomp.language.measures import Measure, measure_of
from ecocomp.language.spacing import put_in, spaced

__all__ = ["CODES", "Language", "language_of", "messages"]

CODES = ("en", "zh")
"""Languages: English, of which the messages in the code are, and those with a folder of catalogues."""


@dataclass(frozen=True)
class Language:
    """A language to write in, and the currency of what is written; made by :func:`language_of`."""

    code: str
    currency: str

    def say(self, message: str, /, **values: object) -> str:
        """Return a message in this language, with values put in by name.

        Parameters
        ----------
        message
            In English, a literal.
        values
            What stands for the names in braces, as text in this language.

        Raises
        ------
        KeyError
            If the catalogue lacks the message: a mistake in ecocomp, which a test finds.
        """
        return self._put_in(self._in_own_words(message), values)

    def count(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return a message that hangs on a count, which the message names ``{count}``: ``1 unit``, ``1,234 units``.

        Parameters
        ----------
        one, many
            In English, for a count of one and for any other; the catalogue has a translation of ``many``.
        count
            The count.
        values
            What stands for other names in braces.
        """
        message = (one if count == 1 else many) if self.code == "en" else self._in_own_words(many)
        return self._put_in(message, {"count": f"{count:,}", **values})

    def listing(self, words: Sequence[str]) -> str:
        """Return words as a list: ``a, b and c``, ``a、b和c``."""
        if self.code == "zh":
            return spaced([part for i, word in enumerate(words) for part in (_comma_before(i, len(words)), word)])
        return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))

    def joined(self, sentences: Sequence[str]) -> str:
        """Return sentences as running text; empty ones are left out."""
        return ("" if self.code == "zh" else " ").join(filter(None, sentences))

    def measure(self, unit: str, largest: float | None = None) -> Measure:
        """Return the unit in which readers expect values of a canonical unit, where ``CNY`` stands for the currency.

        Of money, a smaller one than usual where the ``largest`` amount to be printed is small.
        """
        return measure_of(unit, self.code, self.currency, largest)

    def date(self, day: date) -> str:
        """Return a date as it is written: ``25 November 2026``, ``2026年11月25日``."""
        from babel.dates import format_date

        return str(format_date(day, "d MMMM y" if self.code == "en" else "long", locale=self.code))

    def _put_in(self, message: str, values: Mapping[str, object]) -> str:
        return put_in(message, values) if self.code == "zh" else message.format(**values)

    def _in_own_words(self, message: str) -> str:
        return message if self.code == "en" else messages(self.code)[message]


def _comma_before(place: int, count: int) -> str:
    """Return what stands before a word of a Chinese list."""
    return "" if place == 0 else "和" if place == count - 1 else "、"


def language_of(code: str, currency: str = "CNY") -> Language:
    """Return the language of a code, one of :data:`CODES`, for a study in a currency."""
    if code not in CODES:
        raise ValueError(f"no catalogue for language {code!r}; there are: {', '.join(CODES)}")
    return Language(code, currency)


@cache
def messages(code: str) -> dict[str, str]:
    """Return the translations of a language by their English message, from all of its catalogues.

    Raises
    ------
    ValueError
        If two catalogues translate one message differently.
    """
    from babel.messages.pofile import read_po

    found: dict[str, str] = {}
    for file in sorted(resources.files(__package__).joinpath(code).iterdir(), key=lambda path: path.name):
        if not file.name.endswith(".po"):
            continue
        with file.open("rb") as lines:
            for entry in read_po(lines, locale=code):
                if entry.id and found.setdefault(str(entry.id), str(entry.string)) != str(entry.string):
                    raise ValueError(f"{file.name} translates {entry.id!r} unlike a catalogue before it")
    return found
