"""The declaration of an API by its family: addresses, nouns, v4 rules, handlers. Declarations only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tmf_server.contracts.schemas import Schema
from tmf_server.registry.entity import Entity
from tmf_server.rest.verbs.services import Intake, Services, StartTask
from tmf_server.rest.versions.rules import Rules


@dataclass(frozen=True)
class Handlers:
    """The handlers of POST: `tasks` by the entity's `task`, `intakes` by its `intake`."""

    tasks: Mapping[str, StartTask] = field(default_factory=dict)
    intakes: Mapping[str, Intake] = field(default_factory=dict)


def no_handlers(_services: Services) -> Handlers:
    """Return no handlers, for an API of plain records."""
    return Handlers()


@dataclass(frozen=True, kw_only=True)
class Api:
    """An API of TM Forum.

    `number` is the number at TM Forum (TMF620). Documents are served below `base_path`, and at the `aliases`, each
    ending with its version. `nouns` maps path segments to entities; `types` maps path segments of a single type to the
    type. `v4` has the rules of the v4 view. `older` has attributes, by schema, of a second published file of v4:
    accepted, and shown in the form of the document. `kinds_by_schema` names the kind of a reference by its schema,
    `kinds_by_default` the kind of a reference without `@referredType`. `handlers` makes the handlers of tasks and
    intakes from the services of a server.
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
