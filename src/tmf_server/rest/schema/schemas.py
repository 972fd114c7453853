"""OpenAPI schemas as JSON Schema that dispatches on `@type` (TMF630 part 3). Pure; compiles nothing, names no noun."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tmf_server.contracts.extensions import Subclass
from tmf_server.contracts.schemas import properties_of, ref_name

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPE, BASE_TYPE = "@type", "@baseType"
SET_BY_SERVER = frozenset({"id", "href", "lastUpdate"})
NEVER_MISSED = "lastUpdate"  # also inside: a price by value has no instant of its own before it is a record
ROLES = ("_FVO", "_MVO", "_Create", "_Update", "_RES")

# Year 0000 is RFC 3339, and no calendar here has it. A URL may be relative, and stored ones start with a mark.
INSTANT_PATTERN = "^(0{0,3}[1-9]|[1-9])"
URL_PATTERN = r"^\S*$"
BASE64_PATTERN = r"^[A-Za-z0-9+/_\-\s]*=*\s*$"
FORMATS: Mapping[str, Schema] = {
    "date-time": {"format": "date-time", "pattern": INSTANT_PATTERN},
    "date": {"format": "date", "pattern": INSTANT_PATTERN},
    "uri": {"pattern": URL_PATTERN},
    "base64": {"pattern": BASE64_PATTERN},
    "byte": {"pattern": BASE64_PATTERN},
}
# Bounds that a format stands for; those that a schema writes out itself win.
WIDTHS: Mapping[str, Schema] = {
    f"int{bits}": {"minimum": -(2 ** (bits - 1)), "maximum": 2 ** (bits - 1) - 1} for bits in (32, 64)
}
# Of every object, also of those that no schema describes: the attributes that pick schemas are strings, and the names
# of types short enough for the columns and rows that have them. An object with a `@referredType` is a reference.
LONGEST_NAME, LONGEST_ID = 256, 1024
REFERENCE_SCHEMA: Schema = {"properties": {"id": {"maxLength": LONGEST_ID}}}
NAMED = ":named"
NAMED_SCHEMA: Schema = {
    "properties": {
        **{key: {"type": "string", "maxLength": LONGEST_NAME} for key in (TYPE, BASE_TYPE, "@referredType")},
        "@schemaLocation": {"type": "string"},
    },
    "dependentSchemas": {"@referredType": REFERENCE_SCHEMA},
    "additionalProperties": {"$ref": f"#/$defs/{NAMED}"},
    "items": {"$ref": f"#/$defs/{NAMED}"},
}
# The id of an outermost object, also where the schema of a request leaves it out.
TOP_SCHEMA: Schema = {"properties": {"id": {"type": "string"}}}
NAME_SCHEMA: Schema = {"type": "string", "minLength": 1}
ONE = frozenset({"items", "additionalProperties", "not"})
LISTED = frozenset({"allOf", "oneOf", "anyOf"})
CONSTRAINTS = frozenset(
    {
        "type",
        "enum",
        "required",
        "pattern",
        "minimum",
        "maximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
    }
)


def type_name(schema_name: str) -> str:
    """The `@type` that a schema stands for: its name without the role that it has in a message (Category_FVO)."""
    for role in ROLES:
        schema_name = schema_name.removesuffix(role)
    return schema_name


def forms_of(schemas: Iterable[str], name: str) -> list[str]:
    """The schemas of what has the `@type`: as it is answered, as it is sent, by reference or value; itself if new."""
    return [one for one in schemas if type_name(one).removesuffix("RefOrValue") == name] or [name]


class Definitions:
    """The schemas of one document, converted once; `root` gives a self-contained schema for one of them.

    A schema with a discriminator is met in two ways: *plain* where another inherits from it through allOf, and through
    its *dispatch* everywhere else, which picks the schema by `@type`, then by `@baseType`, then takes it in place. A
    oneOf beside a discriminator is what the dispatch replaces. With `strict`, a nested object's `@type` must be known.
    Where a `@type` is demanded, an empty one will not do.

    A schema of requests (Category_FVO) also types the attributes that it leaves out and its base (Category) has: a
    client that sends one sends the kind of value that it will read. `nullable` is not carried over: nulls are taken out
    of a document before it is checked.
    """

    def __init__(
        self, schemas: Mapping[str, Schema], subclasses: Iterable[Subclass] = (), *, strict: bool = False
    ) -> None:
        self._schemas = schemas
        self._strict = strict
        self._types = {name: types for name in schemas if (types := self._declared_types(name, set()))}
        self._defs: dict[str, Schema] = {NAMED: NAMED_SCHEMA}
        self.registered = self._register(list(subclasses))
        self._dispatched = {name for name in self._types if self._needs_dispatch(name)}
        for name, schema in schemas.items():
            self._defs[name] = self._completed(name, self._inherited(schema))
        for name in self._dispatched:
            self._defs[f"{name}:dispatch"] = self._dispatch(name, strict=strict)

    def root(self, name: str) -> Schema:
        """The JSON Schema of a request or record; raises KeyError for an unknown name."""
        # Which types the outermost object may be of is for RecordTypes: there, more is known than the schema's own.
        top = self._relaxed(self._dispatch(name, strict=False) if name in self._dispatched else self._defs[name])
        whole = {"allOf": [top, TOP_SCHEMA, _to(NAMED)]}
        return {"$schema": DIALECT, **whole, "$defs": self._pruned(whole)}

    def types(self, name: str) -> dict[str, str]:
        """The `@type`s that the schema's dispatch knows, each with its definition; its own when it has none."""
        return self._types.get(name) or {type_name(name): name}

    def _declared_types(self, name: str, seen: set[str]) -> dict[str, str]:
        schema = self._schemas.get(name, {})
        discriminator = schema.get("discriminator")
        if not isinstance(discriminator, dict) or name in seen:
            return {}
        seen.add(name)
        mapping = {kind: ref_name(target) for kind, target in discriminator.get("mapping", {}).items()}
        for part in schema.get("oneOf") or schema.get("anyOf") or ():
            if "$ref" in part and ref_name(part["$ref"]) not in mapping.values():
                mapping.setdefault(type_name(ref_name(part["$ref"])), ref_name(part["$ref"]))
        for target in list(mapping.values()):
            mapping = self._declared_types(target, seen) | mapping
        return mapping

    def _register(self, waiting: list[Subclass]) -> frozenset[str]:
        """Let every dispatch that knows a base know its subclasses; the names of those that found their base."""
        found: set[str] = set()
        while ready := [one for one in waiting if self._bases(one)]:
            waiting = [one for one in waiting if one not in ready]
            for one in ready:
                self._extend(one)
                found.add(one.type_name)
        return frozenset(found)

    def _bases(self, subclass: Subclass) -> list[str]:
        return [name for name in self._schemas if subclass.base in self.types(name)]

    def _extend(self, subclass: Subclass) -> None:
        own = f"subclass:{subclass.type_name}"
        self._defs[own] = subclass.located(_to(own)["$ref"])
        for name in self._bases(subclass):
            types = self._types.setdefault(name, dict(self.types(name)))
            if subclass.type_name in types:
                raise ValueError(
                    f"{subclass.file}: {subclass.type_name} is a type of the document; choose another name"
                )
            joined = f"{types[subclass.base]}:{subclass.type_name}"
            self._defs[joined] = {"allOf": [_to(types[subclass.base]), _to(own)]}
            types[subclass.type_name] = joined

    def _needs_dispatch(self, name: str) -> bool:
        known = self._types[name]
        return self._strict or _alternatives(self._schemas[name]) or any(target != name for target in known.values())

    def _dispatch(self, name: str, *, strict: bool) -> Schema:
        key = self._schemas[name].get("discriminator", {}).get("propertyName", TYPE)
        types = self._types[name]
        chosen: Schema = _to(name)
        if strict:
            chosen = {"allOf": [chosen, {"properties": {key: {"enum": sorted(types)}}}]}
        else:
            others = {kind: target for kind, target in types.items() if target != name}
            chosen = _first_match(BASE_TYPE, others, chosen)
        return _first_match(key, types, chosen)

    def _relaxed(self, schema: Schema) -> Schema:
        """The schema of an outermost object, which need not bring what the server sets."""
        if "$ref" in schema:
            return self._relaxed(self._defs[_name(schema["$ref"])])
        relaxed = schema | {key: self._relaxed(schema[key]) for key in ("then", "else") if key in schema}
        if "allOf" in schema:
            relaxed["allOf"] = [self._relaxed(part) for part in schema["allOf"]]
        if "required" in schema:
            relaxed["required"] = [name for name in schema["required"] if name not in SET_BY_SERVER]
        return relaxed

    def _inherited(self, schema: Schema) -> Schema:
        """A schema that says what the object itself is: its references through allOf are inheritance."""
        if "$ref" in schema:
            return _to(ref_name(schema["$ref"]))
        converted = self._keywords(schema)
        if "allOf" in schema:
            converted["allOf"] = [self._inherited(part) for part in schema["allOf"]]
        if _alternatives(schema):
            converted = {name: value for name, value in converted.items() if name not in ("oneOf", "anyOf")}
            key = schema["discriminator"]["propertyName"]
            converted["required"] = sorted({*schema.get("required", ()), key})
            converted["properties"] = converted.get("properties", {}) | {key: NAME_SCHEMA}
        return converted

    def _completed(self, name: str, converted: Schema) -> Schema:
        """The schema of a request with the attributes that it leaves out, as its base has them."""
        declared = dict(properties_of(self._schemas, self._schemas[name]))
        if {"id", "@referredType"} <= declared.keys():
            converted = {"allOf": [converted, REFERENCE_SCHEMA]}
        base = type_name(name)
        if base == name or base not in self._schemas:
            return converted
        left_out = {
            attribute: self._nested(schema)
            for attribute, schema in properties_of(self._schemas, self._schemas[base])
            if attribute not in declared and attribute != "id"
        }
        return {"allOf": [converted, {"properties": left_out}]} if left_out else converted

    def _nested(self, schema: Any) -> Any:
        """A schema of what stands in an attribute or an array: its references are dispatched."""
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            name = ref_name(schema["$ref"])
            return _to(f"{name}:dispatch" if name in self._dispatched else name)
        return self._keywords(schema)

    def _keywords(self, schema: Schema) -> Schema:
        converted = {**WIDTHS.get(schema.get("format", ""), {})}
        converted |= {key: schema[key] for key in CONSTRAINTS & schema.keys()}
        converted |= {key: self._nested(schema[key]) for key in ONE & schema.keys()}
        if "properties" in schema:
            converted["properties"] = {
                name: self._nested(inner) for name, inner in (schema["properties"] or {}).items()
            }
        converted |= {key: [self._nested(part) for part in schema[key]] for key in LISTED & schema.keys()}
        if TYPE in schema.get("required", ()):
            named = converted.setdefault("properties", {})
            named[TYPE] = named.get(TYPE, {}) | NAME_SCHEMA
        if "required" in schema:
            converted["required"] = [name for name in schema["required"] if name != NEVER_MISSED]
        return converted | _bounds(schema) | FORMATS.get(schema.get("format", ""), {})

    def _pruned(self, schema: Schema) -> dict[str, Schema]:
        kept: dict[str, Schema] = {}
        waiting = list(_references(schema))
        while waiting:
            name = waiting.pop()
            if name not in kept:
                kept[name] = self._defs[name]
                waiting += _references(kept[name])
        return kept


def _to(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _name(reference: str) -> str:
    """The definition that a reference leads to, or into: those of registered schemas may go on inside."""
    return reference.removeprefix("#/$defs/").split("/")[0]


def _alternatives(schema: Schema) -> bool:
    return "discriminator" in schema and ("oneOf" in schema or "anyOf" in schema)


def _first_match(key: str, targets: dict[str, str], otherwise: Schema) -> Schema:
    chosen = otherwise
    for kind, target in reversed(targets.items()):
        test = {"properties": {key: {"const": kind}}, "required": [key]}
        chosen = {"if": test, "then": _to(target), "else": chosen}
    return chosen


def _bounds(schema: Schema) -> Schema:
    """Exclusive bounds, which OpenAPI 3.0 writes as a flag beside the bound."""
    return {
        exclusive: schema[bound]
        for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
        if schema.get(exclusive) is True
    }


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield _name(node["$ref"])
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
