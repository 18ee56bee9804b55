"""Refusals: one sentence that says what is wrong with an answer and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class RefusalError(ValueError):
    """A refused answer; the text is one sentence for the person who gave it."""


def alternatives(words: Iterable[str]) -> str:
    """Return "a", or "a or b", or "a, b or c"."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def advice(word: str, known: Sequence[str], otherwise: str) -> str:
    """Return the end of a sentence: the known word that was probably meant, or what to do."""
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"{otherwise}."


def shortened(raw: object) -> str:
    """Return a value as Python writes it, in at most 60 characters."""
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}..."
