"""What a page is: a name, an address, its filters, and a function from a request to its body."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.filters import Filters
from dashboard.panels import View
from dashboard.reader import Reader


@dataclass(frozen=True)
class PageRequest:
    """A page is asked for with filters, by a reader with a certain screen."""

    reader: Reader
    filters: Filters
    view: View


@dataclass(frozen=True)
class Page:
    """A page: `controls` are its filters, `body` what stands below them.

    `offers` names those of its filters that some of its tables do not know: see
    `dashboard.applies`. A page that `is_live` shows what changes while the store stands still:
    its body is not remembered.
    """

    name: str
    path: str
    heading: str
    controls: Callable[[Reader, Filters], Sequence[Any]]
    body: Callable[[PageRequest], Any]
    offers: tuple[str, ...] = ()
    is_live: bool = False
