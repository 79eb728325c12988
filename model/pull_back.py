"""When an award may lose hours that its project is not using."""

from typing import Annotated

from pydantic import Field

from model.origin import Record, Text
from model.resources import config_path
from model.yaml_source import read_model

Share = Annotated[float, Field(ge=0, le=1)]


class PullBackRule(Record):
    """From `from_share` of the period on, less than `used_below` used may cost `lose_up_to`.

    All three are shares: of the award's period, of the award, and of what is left of it.
    """

    from_share: Share
    used_below: Share
    lose_up_to: Share


class PullBackFile(Record):
    """`config/pull_back.yaml`."""

    source: Text
    rules: tuple[PullBackRule, ...]


def load_pull_back() -> PullBackFile:
    """The rules that come with the program. Raises ConfigError with all faults of the file."""
    return read_model(config_path("pull_back.yaml"), PullBackFile)
