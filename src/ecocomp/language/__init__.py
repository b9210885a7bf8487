"""What a reader sees, in the reader's language: messages, lists, numbers and units, from one catalogue a language."""

from ecocomp.language.catalogue import CODES, Language, language_of

__all__ = ["CODES", "Language", "language_of"]
