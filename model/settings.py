"""The settings of `plimsoll.yaml`: typed, checked all at once, overridden by the environment."""

import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, model_validator

from model.cluster_settings import ClusterSettings, Timezone
from model.contrast import contrast
from model.errors import InputError
from model.grid_carbon import YearlySeries
from model.inference_thresholds import InferenceThresholds
from model.origin import Record, Text
from model.outlook_settings import Outlook
from model.report_schedule import ScheduledReport
from model.source_settings import PATH_KEYS
from model.yaml_source import Fault, Loc, YamlTree, load_yaml, validate_tree

CONFIG_VARIABLE: Final = "PLIMSOLL_CONFIG"
KEY_VARIABLE: Final = "PLIMSOLL_PRIVACY_KEY"
DEFAULT_FILE: Final = Path("plimsoll.yaml")

OVERRIDES: Final[Mapping[str, Loc]] = {
    "PLIMSOLL_SITE": ("site",),
    "PLIMSOLL_TIMEZONE": ("timezone",),
    "PLIMSOLL_STORE": ("store",),
    "PLIMSOLL_CATALOGUE_URL": ("catalogue_url",),
    "PLIMSOLL_ENGINE": ("engine",),
    "PLIMSOLL_DASHBOARD_HOST": ("dashboard", "host"),
    "PLIMSOLL_DASHBOARD_PORT": ("dashboard", "port"),
    "PLIMSOLL_DASHBOARD_BASE_PATH": ("dashboard", "base_path"),
}
"""Environment variables, and the settings that they take the place of."""


class Privacy(Record):
    """What is kept of people. The key lies outside the store: without it nobody can link back."""

    pseudonyms: bool = False
    key_file: Path | None = None
    keep_job_names: bool = False
    retention_days: Annotated[int, Field(gt=0)] | None = None

    def key(self) -> bytes | None:
        """The site's key: of PLIMSOLL_PRIVACY_KEY, else of `key_file`; None where neither is given.

        Raises:
            InputError: where pseudonyms are asked for and there is no key.
        """
        if text := os.environ.get(KEY_VARIABLE):
            return text.encode()
        if (
            self.key_file
            and self.key_file.is_file()
            and (key := self.key_file.read_bytes().strip())
        ):
            return key
        if self.pseudonyms:
            file = self.key_file or Path("plimsoll.key")
            raise InputError(
                "privacy.pseudonyms is on, but there is no key",
                hint=f"`openssl rand -hex 32 > {file}`, name it as privacy.key_file and keep it.",
            )
        return None

    def make_key(self) -> Path | None:
        """Writes a new key to `key_file`, for its owner's eyes only; None where none is wanted.

        A key that is there already stays: another one would make new people of the old.
        """
        if not self.pseudonyms or self.key_file is None or self.key_file.exists():
            return None
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(token_hex(32) + "\n", encoding="ascii")
        return self.key_file


class Dashboard(Record):
    """How the dashboard is served."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8050
    base_path: Annotated[str, Field(pattern=r"^/([A-Za-z0-9_.-]+/)*$")] = "/"
    auth: Literal["none", "oidc", "proxy"] = "none"
    roles: dict[str, Literal["viewer", "pi", "manager", "admin"]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _open_only_at_home(self) -> Self:
        if self.auth == "none" and not _is_loopback(self.host):
            raise ValueError(f"host {self.host} needs an 'auth': without one, only 127.0.0.1.")
        return self


Grain = Literal["month", "quarter", "year"]


class Disclosure(Record):
    """Thresholds under which a published table hides a cell.

    A count of people is shown from `minimum_people` on, rounded to `round_people_to`. Any other
    figure rests on at least `minimum_users` users and `minimum_institutions` institutions or PIs
    (accounts, where awards do not name them), and lets none of them be reckoned by the second
    largest to within `p_percent`. Published periods are whole ones of `grain`. Figures of
    `agreed_clusters` are public by agreement.
    """

    minimum_people: Annotated[
        int, Field(ge=1, description="From so many on, a count of people is shown.")
    ] = 10
    round_people_to: Annotated[
        int, Field(ge=1, description="To the nearest of which multiples.")
    ] = 5
    minimum_users: Annotated[
        int, Field(ge=1, description="So many users stand behind any other figure.")
    ] = 10
    minimum_institutions: Annotated[
        int,
        Field(ge=1, description="So many institutions or PIs do; else accounts stand in for PIs."),
    ] = 3
    p_percent: Annotated[
        float,
        Field(gt=0, le=100, description="How closely none may be reckoned (the p % rule)."),
    ] = 10.0
    grain: Annotated[Grain, Field(description="Published periods are whole ones of these.")] = (
        "month"
    )
    agreed_clusters: Annotated[
        tuple[Text, ...], Field(description="Clusters whose figures are public by agreement.")
    ] = ()


_LEGIBLE: Final = 4.5


class Colours(Record):
    """The colours of reports: of bands and rules, and of words on the first."""

    accent: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] = "#12436D"
    on_accent: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] = "#ffffff"

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        found = contrast(self.accent, self.on_accent)
        if found < _LEGIBLE:
            raise ValueError(
                f"words in {self.on_accent} on {self.accent} have a contrast of {found:.1f} to 1: "
                f"they are read from {_LEGIBLE} to 1."
            )
        return self


class Reports(Record):
    """Whose reports these are."""

    organisation: Text | None = None
    contact: Text | None = None
    logo: Path | None = None
    colours: Colours = Field(default_factory=Colours)
    disclosure: Disclosure = Field(default_factory=Disclosure)
    schedule: tuple[ScheduledReport, ...] = ()
    """Reports that `plimsoll report due` makes again and again."""


class Carbon(Record):
    """Which carbon intensities count. Two kinds never enter one sum.

    `yearly_factors` serve where no half-hourly figure is known: `ember` counts the life cycle by
    the year of the grid, `desnz` is what UK bodies report with. `life_cycle` takes the life-cycle
    figures of Electricity Maps in place of the direct ones.
    """

    yearly_factors: YearlySeries = "ember"
    life_cycle: bool = False


class Settings(Record):
    """All settings; everything has a default, so that a first look needs no file."""

    site: Text | None = None
    timezone: Timezone = "UTC"
    store: Path | None = None
    catalogue_url: Text | None = None
    engine: Literal["polars", "dask", "spark"] = "polars"
    privacy: Privacy = Field(default_factory=Privacy)
    clusters: tuple[ClusterSettings, ...] = ()
    inference: InferenceThresholds = Field(default_factory=InferenceThresholds)
    carbon: Carbon = Field(default_factory=Carbon)
    surveys: tuple[Path, ...] = ()
    outlook: Outlook = Field(default_factory=Outlook)
    dashboard: Dashboard = Field(default_factory=Dashboard)
    reports: Reports = Field(default_factory=Reports)

    _path: Path | None = PrivateAttr(default=None)

    @property
    def path(self) -> Path | None:
        """The file that these come from; None where they are defaults."""
        return self._path

    def cluster(self, name: str) -> ClusterSettings | None:
        """The settings of a cluster; None where it has none."""
        return next((each for each in self.clusters if each.name == name), None)

    def cluster_timezone(self, name: str) -> str | None:
        """A cluster's time zone, else the site's; None where neither was stated."""
        cluster = self.cluster(name)
        stated = self.timezone if "timezone" in self.model_fields_set else None
        return (cluster.timezone if cluster else None) or stated


def load_settings(path: Path | None = None) -> Settings:
    """The settings of a file, of PLIMSOLL_CONFIG, of ./plimsoll.yaml, or the defaults.

    Variables of `OVERRIDES` take the place of what the file says. Paths in the file are relative
    to its folder, paths in variables to the working directory.

    Raises:
        ConfigError: with a line for every fault: `file:line: what. Hint`.
    """
    file = path or _file_of_environment() or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    tree = load_yaml(file) if file else YamlTree(DEFAULT_FILE, {})
    if file and isinstance(tree.value, dict):
        _anchor(tree.value, file.parent)
        _refuse_secrets(tree)
    for variable, loc in OVERRIDES.items():
        if value := os.environ.get(variable):
            tree.override(loc, value, variable=variable)
    settings = validate_tree(tree, Settings, checks=settings_faults)
    settings._path = file  # noqa: SLF001  # ours: pydantic's private attributes have no other door
    return settings


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of `plimsoll.yaml`, for editors."""
    return Settings.model_json_schema()


def settings_faults(settings: Settings) -> Iterator[Fault]:
    """What validated settings still have wrong: two clusters or reports of one name."""
    names: set[str] = set()
    for position, cluster in enumerate(settings.clusters):
        if cluster.name in names:
            yield Fault(
                ("clusters", position, "name"), f"cluster '{cluster.name}' again. Keep one."
            )
        names.add(cluster.name)
    yield from _schedule_faults(settings.reports.schedule)


def _schedule_faults(schedule: tuple[ScheduledReport, ...]) -> Iterator[Fault]:
    """Two reports whose files would have one name."""
    seen: set[tuple[Path, str]] = set()
    for position, each in enumerate(schedule):
        if (each.folder, each.name) in seen:
            yield Fault(
                ("reports", "schedule", position, "name"),
                f"report '{each.name}' again in the same folder. Rename one.",
            )
        seen.add((each.folder, each.name))


def _file_of_environment() -> Path | None:
    named = os.environ.get(CONFIG_VARIABLE)
    return Path(named) if named else None


def _anchor(tree: dict[str, Any], folder: Path) -> None:
    for loc in (("store",), ("privacy", "key_file"), ("reports", "logo")):
        place: Any = tree
        for part in loc[:-1]:
            place = place.get(part) if isinstance(place, dict) else None
        if isinstance(place, dict) and isinstance(place.get(loc[-1]), str):
            place[loc[-1]] = str(folder / place[loc[-1]])
    surveys = tree.get("surveys")
    if isinstance(surveys, list):
        tree["surveys"] = [
            str(folder / each) if isinstance(each, str) else each for each in surveys
        ]
    reports = tree.get("reports")
    for scheduled in _items(reports, "schedule") if isinstance(reports, dict) else ():
        if isinstance(scheduled.get("folder"), str):
            scheduled["folder"] = str((folder / scheduled["folder"]).absolute())
    for source in _sources(tree):
        for key in PATH_KEYS:
            if isinstance(source.get(key), str):
                source[key] = str((folder / source[key]).absolute())


def _sources(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for cluster in _items(tree, "clusters"):
        yield from _items(cluster, "sources")


def _items(tree: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    items = tree.get(key)
    return (each for each in (items if isinstance(items, list) else []) if isinstance(each, dict))


def _refuse_secrets(tree: YamlTree) -> None:
    url = tree.value.get("catalogue_url")
    if isinstance(url, str) and urlsplit(url).password:
        what = "catalogue_url holds a password. Set PLIMSOLL_CATALOGUE_URL instead."
        tree.blame(("catalogue_url",), what)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
