"""Hints for a name that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The likeliest of `words` as a question, else the list of all of them."""
    known = sorted(words)
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are {', '.join(known)}." if known else "none is known yet."
