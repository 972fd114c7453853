"""The settings as a whole: a frozen object for each process, made of areas. No other package reads the environment."""

import dataclasses
import os
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, Self, get_type_hints

from marshmallow.fields import Field

from tmf_server.config import reading
from tmf_server.config.apis import AlarmsSettings, BillingSettings
from tmf_server.config.contracts import ContractsSettings
from tmf_server.config.database import DatabaseSettings
from tmf_server.config.declaring import shown
from tmf_server.config.events import EventsSettings, OutboundSettings
from tmf_server.config.jobs import JobsSettings
from tmf_server.config.limits import LimitsSettings
from tmf_server.config.observability import ObservabilitySettings
from tmf_server.config.reading import read, variable
from tmf_server.config.server import ConnectionsSettings, ServerSettings


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a deployment, by area. A setting is read from TMF_<NAME>; no two areas share a name."""

    server: ServerSettings = field(default_factory=ServerSettings)
    observability: ObservabilitySettings = field(default_factory=ObservabilitySettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    contracts: ContractsSettings = field(default_factory=ContractsSettings)
    connections: ConnectionsSettings = field(default_factory=ConnectionsSettings)
    limits: LimitsSettings = field(default_factory=LimitsSettings)
    alarms: AlarmsSettings = field(default_factory=AlarmsSettings)
    billing: BillingSettings = field(default_factory=BillingSettings)
    jobs: JobsSettings = field(default_factory=JobsSettings)
    events: EventsSettings = field(default_factory=EventsSettings)
    outbound: OutboundSettings = field(default_factory=OutboundSettings)

    @classmethod
    def of(cls, **values: Any) -> Self:
        """Make settings from values by the names of settings: `Settings.of(port=9000)`.

        Raises ValueError naming the variables of refused values, TypeError for an unknown name.
        """
        return cls().having(**values)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], **overrides: Any) -> Self:
        """Read TMF_* variables; `overrides` win unless they are None. Raises ValueError as `of` does."""
        given = {name: environ[variable(name)] for name in AREAS if variable(name) in environ}
        return cls.of(**(given | {name: value for name, value in overrides.items() if value is not None}))

    def having(self, **values: Any) -> Self:
        """Return the settings with changed values by the names of settings. Raises as `of` does."""
        unknown = sorted(set(values) - set(AREAS))
        if unknown:
            raise TypeError(f"there is no setting {', '.join(unknown)}")
        changed, wrong = {}, []
        for area in dict.fromkeys(AREAS[name] for name in values):
            mine = {name: value for name, value in values.items() if AREAS[name] == area}
            try:
                changed[area] = replace(getattr(self, area), **read(type(getattr(self, area)), mine))
            except ValueError as error:
                wrong.append(str(error))
        if wrong:
            raise ValueError("; ".join(wrong))
        return replace(self, **changed)

    def get(self, name: str) -> Any:
        """Return the value of a setting by its name."""
        return getattr(getattr(self, AREAS[name]), name)

    def variables(self) -> dict[str, str]:
        """Return the environment variables for a process with the same settings: all values besides defaults."""
        usual = type(self)()
        return {variable(name): _written(self.get(name)) for name in AREAS if self.get(name) != usual.get(name)}


def _declarations() -> Iterator[tuple[dataclasses.Field[Any], dataclasses.Field[Any]]]:
    """Yield the field of each area in Settings with the field of each setting in the area."""
    for area in fields(Settings):
        yield from ((area, one) for one in fields(get_type_hints(Settings)[area.name]))


AREAS: Mapping[str, str] = {one.name: area.name for area, one in _declarations()}
"""The area of each setting."""


def field_of(name: str) -> Field[Any]:
    """Return the marshmallow field of a setting by name."""
    return reading.field_of(get_type_hints(Settings)[AREAS[name]], name)


class Declared(NamedTuple):
    """A setting for the documentation: variable, default as written in an environment, and the title of its area."""

    section: str
    variable: str
    default: str
    meaning: str


def declared() -> Iterator[Declared]:
    """Yield every setting, by area."""
    hints = get_type_hints(Settings)
    for area, one in _declarations():
        section = hints[area.name].__doc__.rstrip(".")
        yield Declared(section, variable(one.name), _written(one.default), one.metadata["meaning"])


def environment() -> MutableMapping[str, str]:
    """Return the variables of this process."""
    return os.environ


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return ",".join(_written(part) for part in value)
    return shown(value) if isinstance(value, float) else str(value)
