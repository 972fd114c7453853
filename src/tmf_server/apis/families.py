"""Every API by number, from the packages in the list of families. Imports packages; declares nothing itself."""

from collections.abc import Mapping
from importlib import import_module

from tmf_server.apis import FAMILIES
from tmf_server.apis.api import Api, Handlers
from tmf_server.rest.verbs.services import Services


def _declared() -> list[Api]:
    return [api for family in FAMILIES for api in import_module(f"{__package__}.{family}.api").APIS]


APIS: Mapping[str, Api] = {api.number: api for api in sorted(_declared(), key=lambda api: api.number)}


def all_handlers(services: Services) -> Handlers:
    """Return the handlers of all APIs. LookupError for a served entity without a handler of its task or intake."""
    made = [api.handlers(services) for api in APIS.values()]
    found = Handlers(
        {name: start for one in made for name, start in one.tasks.items()},
        {name: intake for one in made for name, intake in one.intakes.items()},
    )
    for entity in services.registry.entities.values():
        if entity.task not in (None, *found.tasks) or entity.intake not in (None, *found.intakes):
            raise LookupError(f"{entity.name}: no family handles its task {entity.task} or intake {entity.intake}")
    return found
