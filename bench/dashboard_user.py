"""A reader of the dashboard as its browser speaks: pages, filters, rows of grids, downloads."""

import gzip
import http.client
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

PAGES: Final = {
    "": 6, "shortfall": 3, "demand": 5, "utilisation": 5, "capacity": 3, "carbon": 2, "health": 1,
    "about": 1,
}  # fmt: skip
"""How often each page is opened, of 26 times."""

_WITH_FILTERS: Final = 0.6
_FILTER_AGAIN: Final = 0.5
_LOOK_AT_TABLE: Final = 0.6
_DOWNLOAD: Final = 0.1
_VIEW: Final = {"scheme": "light", "narrow": False}
_PATIENCE_S: Final = 300


@dataclass(frozen=True)
class Call:
    """One request: what it was, for what, when it began, how long it took, what came."""

    kind: str
    what: str
    began: float
    seconds: float
    sent_bytes: int
    status: int


@dataclass
class User:
    """One reader with one connection; `calls` grows as it goes."""

    host: str
    port: int
    seed: int
    filters: tuple[str, ...]
    think_s: float
    until: float
    pages: tuple[str, ...] = tuple(PAGES)
    calls: list[Call] = field(default_factory=list)

    def run(self) -> None:
        """Go from page to page until it is time to stop."""
        self._chance = random.Random(self.seed)  # noqa: S311 a load, not a secret
        self._http = http.client.HTTPConnection(self.host, self.port, timeout=_PATIENCE_S)
        self._arrive()
        while time.monotonic() < self.until:
            self._visit(self._chance.choices(self.pages, [PAGES[each] for each in self.pages])[0])
        self._http.close()

    def _arrive(self) -> None:
        self._get("first bytes", "/", "/")
        layout = json.loads(self._get("layout", "/_dash-layout", "layout"))
        known = json.loads(self._get("layout", "/_dash-dependencies", "dependencies"))
        self._callbacks = {name: known_by(known, name) for name in ("address", "query", "rows")}
        self._layout = ids_of(layout)

    def _visit(self, page: str) -> None:
        search = self._chance.choice(self.filters) if self._happens(_WITH_FILTERS) else ""
        drawn = self._open(page, search)
        self._pause()
        if drawn and self._happens(_FILTER_AGAIN):
            drawn = self._filter(page, self._chance.choice(self.filters), drawn)
            self._pause()
        if drawn and drawn.grids and self._happens(_LOOK_AT_TABLE):
            self._rows(page, drawn)
            self._pause()
        if drawn and drawn.downloads and self._happens(_DOWNLOAD):
            address = self._chance.choice(drawn.downloads)
            self._get("download", address, address)
            self._pause()

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share

    def _pause(self) -> None:
        if self.think_s:
            time.sleep(self._chance.expovariate(1 / self.think_s))

    def _open(self, page: str, search: str) -> "Drawn | None":
        told = {"pathname": f"/{page}", "search": search, "view": _VIEW, "moved": "came"}
        values = {"address.data": told}
        body = self._post("open a page", f"{page}{search}", "address", values, self._layout)
        return Drawn.of(body, told) if body else None

    def _filter(self, page: str, search: str, drawn: "Drawn") -> "Drawn | None":
        values = {"query.data": search, "view.data": _VIEW, _named(drawn): drawn.told}
        ids = (*self._layout, *drawn.ids)
        body = self._post("change a filter", f"{page}{search}", "query", values, ids)
        told = drawn.told | {"search": search}
        return Drawn.of(body, told, before=drawn) if body else None

    def _rows(self, page: str, drawn: "Drawn") -> None:
        grid = self._chance.choice(drawn.grids)
        asked = {"startRow": 0, "endRow": 100, "sortModel": []}
        values = {
            f"{written(grid)}.getRowsRequest": asked,
            f"{written(grid)}.id": grid,
            _named(drawn): drawn.told,
        }
        what = f"{page}{drawn.told['search']} {grid['grid']}"
        self._post("rows of a grid", what, "rows", values, (*self._layout, *drawn.ids), here=grid)

    def _post(
        self,
        kind: str,
        what: str,
        callback: str,
        values: dict[str, Any],
        ids: Sequence[Any],
        *,
        here: dict[str, str] | None = None,
    ) -> str | None:
        """Call a callback as Dash's page does: `ids` are on the page, `here` is what matches."""
        known = self._callbacks[callback]

        def filled(part: dict[str, Any]) -> Any:
            found = [
                {"id": each, "property": part["property"], "value": values.get(_value(each, part))}
                for each in matching(part["id"], ids, here)
            ]
            return found if "ALL" in str(part["id"]) else found[0]

        inputs = [filled(part) for part in known["inputs"]]
        state = [filled(part) for part in known["state"]]
        sent = {
            "output": known["output"],
            "outputs": [filled(part) for part in outputs_of(known["output"])],
            "inputs": inputs,
            "changedPropIds": [_value(inputs[0]["id"], inputs[0])],
            "state": state,
        }
        return self._ask(kind, what, "POST", "/_dash-update-component", json.dumps(sent))

    def _get(self, kind: str, address: str, what: str) -> str:
        return self._ask(kind, what, "GET", address, None) or "{}"

    def _ask(self, kind: str, what: str, how: str, address: str, sent: str | None) -> str | None:
        heads = {"Accept-Encoding": "gzip", "Content-Type": "application/json"}
        began = time.monotonic()
        try:
            self._http.request(how, address, sent, heads)
            response = self._http.getresponse()
            raw, status = response.read(), response.status
        except (OSError, http.client.HTTPException):
            self._http.close()
            self.calls.append(Call(kind, what, began, time.monotonic() - began, 0, 0))
            return None
        self.calls.append(Call(kind, what, began, time.monotonic() - began, len(raw), status))
        if status != http.HTTPStatus.OK:  # nothing to change is 204
            return None
        packed = response.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(raw) if packed else raw).decode()


@dataclass(frozen=True)
class Drawn:
    """A page as it came: the ids on it, what it was told of, and what there is to ask for."""

    told: dict[str, Any]
    ids: tuple[Any, ...]
    grids: tuple[dict[str, str], ...]
    downloads: tuple[str, ...]

    @classmethod
    def of(cls, body: str, told: dict[str, Any], *, before: "Drawn | None" = None) -> "Drawn":
        """What a reply of the server shows; the name of its body may stand in the one before."""
        tree = json.loads(body)
        ids = ids_of(tree)
        if before and not any(isinstance(each, dict) and "drawn" in each for each in ids):
            ids = (*ids, *(each for each in before.ids if str(each)[2:7] in ("drawn", "body'")))
        grids = [each for each in ids if isinstance(each, dict) and each.get("part") == "rows"]
        links = [str(part["href"]) for part in walk(tree) if "href" in part]
        tables = [link for link in links if "/download/" in link and ".csv" in link]
        return cls(told, ids, tuple(grids), tuple(tables))


def _named(drawn: Drawn) -> str:
    found = next(each for each in drawn.ids if isinstance(each, dict) and "drawn" in each)
    return f"{written(found)}.data"


def _value(part: Any, of: dict[str, Any]) -> str:
    return f"{written(part)}.{of['property']}"


def ids_of(tree: Any) -> tuple[Any, ...]:
    """The ids of all components in a tree of JSON, in its order, each once."""
    found = [part["id"] for part in walk(tree) if "id" in part and part["id"] is not None]
    return tuple({written(each): each for each in found}.values())


def outputs_of(text: str) -> list[dict[str, Any]]:
    """The outputs of a callback, read from the name that Dash gives it."""
    parts = text[2:-2].split("...") if text.startswith("..") else [text]
    pairs = [part.split("@")[0].rpartition(".") for part in parts]
    return [{"id": name, "property": prop} for name, _, prop in pairs]


def matching(pattern: Any, ids: Sequence[Any], here: dict[str, str] | None) -> list[Any]:
    """The ids on the page that a pattern stands for; one without a wildcard stands for itself."""
    if not str(pattern).startswith("{"):
        return [pattern]
    wanted = json.loads(pattern) if isinstance(pattern, str) else pattern
    if here:
        wanted = {k: here.get(k) if v == ["MATCH"] else v for k, v in wanted.items()}
    if not any(value == ["ALL"] for value in wanted.values()):
        return [wanted]
    return [
        each
        for each in ids
        if isinstance(each, dict)
        and each.keys() == wanted.keys()
        and all(value in (["ALL"], each[key]) for key, value in wanted.items())
    ]


def walk(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a tree of JSON."""
    if isinstance(tree, dict):
        yield tree
        for part in tree.values():
            yield from walk(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from walk(part)


def known_by(callbacks: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The server's callback whose first input is `name.data`, or the one that gives rows."""
    return next(
        each
        for each in callbacks
        if not each.get("clientside_function")
        and each["inputs"]
        and (
            each["inputs"][0] == {"id": name, "property": "data"}
            or (name == "rows" and "getRowsResponse" in each["output"])
        )
    )


def written(part: Any) -> str:
    """The id of a component as Dash writes it."""
    if isinstance(part, str):
        return part
    return json.dumps(part, sort_keys=True, separators=(",", ":"))
