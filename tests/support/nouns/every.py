"""Every noun of every document as a test parameter, with the smallest body that its create schema takes."""

import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from tests.support.servers.served import SERVICES
from tmf_server.apis.registration import create_registry
from tmf_server.config import Settings
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.schemas import Schema, ref_name
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry
from tmf_server.rest.schema.schemas import type_name

TEXTS = ("description", "alarmDetails", "statusReason")


@cache
def registry() -> Registry:
    """The registry of all documents that the project serves."""
    return create_registry(Settings())


PATTERNS = {"alarmPattern", "parentAlarm", "correlatedAlarm"}


def fitting_none(pattern: Any) -> Any:
    """The pattern of a task on alarms with an attribute that no alarm has so."""
    if isinstance(pattern, list):
        return [fitting_none(one) for one in pattern]
    return pattern | {"alarmedObjectType": "none"}


@dataclass(frozen=True)
class Noun:
    """One path segment of one document."""

    exposure: Exposure

    @property
    def version(self) -> str:
        return self.exposure.contract.version

    @property
    def url(self) -> str:
        return f"{self.exposure.contract.base_path}/{self.exposure.noun}"

    def operation(self, verb: str) -> Any:
        operations = self.exposure.contract.operations.values()
        return next((one for one in operations if one.noun == self.exposure.noun and one.verb == verb), None)

    @property
    def text_attribute(self) -> str:
        """An attribute of free text that the document declares and nothing follows from."""
        declared = self.exposure.contract.all_properties(self.exposure.schema)
        return next((name for name in TEXTS if name in declared), "extension")

    def body(self, **attributes: Any) -> dict[str, Any]:
        """What POST needs at least, with the given attributes over it; each body tells of another thing.

        Where there is no POST: what the record's schema needs, but for what the server gives.
        """
        create = self.operation("create")
        schema = self.exposure.schema if create is None else create.request_schemas["application/json"]
        own = {"externalAlarmId": str(uuid.uuid4())} if self.exposure.entity.intake == "alarm" else {}
        least = smallest(self.exposure.contract, schema)
        if create is not None and self.exposure.entity.task is not None:
            least |= {name: fitting_none(least[name]) for name in PATTERNS & least.keys()}
        return {name: value for name, value in least.items() if create or name not in ("id", "href")} | own | attributes

    def make(self, client: httpx.Client, **attributes: Any) -> dict[str, Any]:
        """Create a record and return what the server answered; one without a POST is put in and read."""
        if self.operation("create") is None:
            return self._put_in(client, self.body(**attributes))
        answer = client.post(self.url, json=self.body(**attributes))
        assert answer.status_code == 201, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def _put_in(self, client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
        services = SERVICES[client]
        entity, document = self.exposure.entity, self.exposure.view.accept(body)
        [stored] = services.database.transact(
            lambda connection: services.records.create(connection, entity, [document])
        )
        found: dict[str, Any] = client.get(f"{self.url}/{stored.id}").json()
        return found

    def __str__(self) -> str:
        return f"{self.exposure.contract.name}-{self.exposure.noun}"


def nouns(*verbs: str, tasks: bool = True) -> list[Noun]:
    """The nouns whose documents have all of the verbs."""
    found = [Noun(exposure) for exposure in registry().exposures]
    return [
        noun
        for noun in found
        if all(noun.operation(verb) for verb in verbs) and (tasks or noun.exposure.entity.task is None)
    ]


def smallest(contract: Contract, schema: str) -> dict[str, Any]:
    """An object with what the schema requires, and its `@type`."""
    properties = contract.properties(schema)
    body: dict[str, Any] = {"@type": schema.removesuffix("_FVO").removesuffix("_Create")}
    for name in required(contract, contract.schemas[schema]):
        if name not in body:
            body[name] = value_of(contract, properties[name])
    return body if "@type" in properties else {name: value for name, value in body.items() if name != "@type"}


def required(contract: Contract, schema: Schema) -> list[str]:
    """The required attributes of a schema and its parents."""
    found = list(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        found += required(contract, contract.schemas[ref_name(part["$ref"])] if "$ref" in part else part)
    return list(dict.fromkeys(found))


def value_of(contract: Contract, node: Schema) -> Any:
    parts = node.get("allOf")
    node = parts[0] if parts and len(parts) == 1 else node
    if "$ref" in node:
        target = ref_name(node["$ref"])
        resolved = contract.schemas[target]
        if "oneOf" in resolved:
            return smallest(contract, _possible(contract, resolved))
        return (
            smallest(contract, target) if resolved.get("type", "object") == "object" else value_of(contract, resolved)
        )
    if "enum" in node:
        return node["enum"][0]
    if node.get("type") == "array":
        return [value_of(contract, node["items"])]
    simple = {"string": "some text", "integer": 1, "number": 1.5, "boolean": True, "object": {}}
    formats = {"date-time": "2026-01-01T00:00:00.000Z", "uri": "https://example.com/x", "base64": "QUJD"}
    return formats.get(node.get("format", ""), simple[node.get("type", "object")])


def _possible(contract: Contract, resolved: Schema) -> str:
    """The first alternative of which there can be objects: some schemas admit other `@type`s than their name."""
    names = [ref_name(one["$ref"]) for one in resolved["oneOf"]]
    types = {name: contract.properties(name).get("@type", {}).get("enum", [type_name(name)]) for name in names}
    return next(name for name in names if type_name(name) in types[name])
