"""What a family says of an API that it serves: addresses, nouns, v4 rules, who does the work. Declarations only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tmf_server.contracts.schemas import Schema
from tmf_server.registry.entity import Entity
from tmf_server.rest.verbs.services import Intake, Services, StartTask
from tmf_server.rest.versions.rules import Rules


@dataclass(frozen=True)
class Handlers:
    """Who does the work that POST starts: `tasks` by the entity's `task`, `intakes` by its `intake`."""

    tasks: Mapping[str, StartTask] = field(default_factory=dict)
    intakes: Mapping[str, Intake] = field(default_factory=dict)


def no_handlers(_services: Services) -> Handlers:
    """The handlers of an API whose nouns are only stored."""
    return Handlers()


@dataclass(frozen=True, kw_only=True)
class Api:
    """One API of TM Forum.

    `number` is TM Forum's (TMF620). Its documents are served below `base_path`, and at the `aliases`, which end with
    the version that they lead to. `nouns` maps path segments to entities; `types` names the segments that show only one
    type of their entity, with that type. `v4` says how v4 shows the nouns. `older` are attributes, by schema, that
    another published file has for v4: what comes so is taken in, and shown in the form of the document.
    `kinds_by_schema` names the kind that a reference points at where the name of its schema does not,
    `kinds_by_default` where `@referredType` does not either. `handlers` makes, from the parts of a server, who does the
    work of tasks and intakes.
    """

    number: str
    base_path: str
    aliases: tuple[str, ...] = ()
    nouns: Mapping[str, Entity]
    types: Mapping[str, str] = field(default_factory=dict)
    v4: Rules
    older: Mapping[str, Mapping[str, Schema]] = field(default_factory=dict)
    kinds_by_schema: Mapping[str, str] = field(default_factory=dict)
    kinds_by_default: Mapping[str, str] = field(default_factory=dict)
    handlers: Callable[[Services], Handlers] = no_handlers
