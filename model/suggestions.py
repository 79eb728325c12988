"""Hints for a name that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def likeliest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that was probably meant; None where none is near."""
    close = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The likeliest of `words` as a question, else the list of all of them."""
    known = sorted(words)
    if meant := likeliest(word, known):
        return f"did you mean {meant!r}?"
    return f"known are {', '.join(known)}." if known else "none is known yet."
