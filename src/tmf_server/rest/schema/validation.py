"""Documents checked against their schemas, compiled once per request root. No HTTP; names no noun."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn

from jsonschema_rs import validator_for

from tmf_server.contracts.contract import Contract
from tmf_server.contracts.extensions import Subclass, load_subclasses
from tmf_server.errors import Fault, InvalidInput
from tmf_server.rest.body.identifiers import check_id
from tmf_server.rest.schema.coercion import (
    Coercion,
    Document,
    holds_null,
    is_rewritable,
    unchanged_or_without_null,
)
from tmf_server.rest.schema.record_types import RecordTypes
from tmf_server.rest.schema.schemas import FORMATS, TYPE, Definitions, type_name
from tmf_server.rest.schema.validation_errors import FindErrors, Validator, brought_errors, own_errors
from tmf_server.rest.schema.validation_messages import faults_of
from tmf_server.rest.schema.vocabulary import Vocabulary

JSON_PATCHES = frozenset({"JsonPatch", "JsonPatchOperations"})
ON_FIRST_USE = frozenset({"listen"})  # half of all requests by schema, and most servers never get one


class Validators:
    """The validators of every document: made at start for what requests carry, on first use for other schemas.

    `strict` refuses unknown `@type`s; `subclasses` is a folder of registered schemas; `beside` are documents that are
    not served, but whose shape records are stored in; `vocabulary` knows what no schema refuses. Raises ValueError for
    a registered schema that no document can use. Nothing is ever fetched.
    """

    def __init__(
        self,
        contracts: Iterable[Contract],
        *,
        strict: bool = False,
        subclasses: Path | None = None,
        beside: Iterable[Contract] = (),
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self.vocabulary = vocabulary or Vocabulary("accept", ())
        registered = load_subclasses(subclasses)
        self._definitions = {one: Definitions(one.own_schemas, registered, strict=strict) for one in contracts}
        stored = {one.api: one for one in (*self._definitions, *beside) if one.version == "v5"}
        self._record_types = {
            one: RecordTypes(one, stored.get(one.api, one), made.types, strict=strict)
            for one, made in self._definitions.items()
        }
        self._coercions = {one: Coercion(one, made.types) for one, made in self._definitions.items()}
        self._validators: dict[tuple[Contract, str], Validator] = {}
        self._only_types: dict[tuple[Contract, str], str | None] = {}
        _refuse_unused(registered, self._definitions.values())
        for contract in self._definitions:
            for name in _request_roots(contract):
                self._validator(contract, name)

    def created(self, contract: Contract, schema_name: str, body: Document) -> Document:
        """The record that a body makes: of a `@type` that belongs there, else as `accepted`. Raises InvalidInput."""
        self.check_type(contract, schema_name, body)
        return self.accepted(contract, schema_name, body)

    def accepted(self, contract: Contract, schema_name: str, body: Document) -> Document:
        """The document that a body makes: with its `@type`, and written as the schema writes it. Raises InvalidInput.

        The body gets the `@type`; all else is changed in a copy.
        """
        if isinstance(body.get("id"), str):
            check_id(body["id"])
        self.complete(contract, schema_name, body)
        find = partial(own_errors, self._validator(contract, schema_name))
        return self._judged(contract, (schema_name,), body, None, find)

    def check_type(self, contract: Contract, schema_name: str, document: Document) -> None:
        """Raise InvalidInput when the `@type` of the outermost object is that of something else."""
        given = document.get(TYPE)
        if isinstance(given, str):
            self._record_types[contract].check(schema_name, given)

    def changed(self, contract: Contract, schema_names: Sequence[str], before: Document, after: Document) -> Document:
        """The document after a change, written as the schemas write it. InvalidInput for the faults that it brings.

        Faults that the document had before are let be. What the server sets is not missed at the top.
        """
        if after.get(TYPE) != before.get(TYPE):
            self.check_type(contract, schema_names[0], after)
        validators = [self._validator(contract, name) for name in schema_names]
        return self._judged(contract, schema_names, after, before, partial(brought_errors, validators, before))

    def _judged(
        self,
        contract: Contract,
        schema_names: Sequence[str],
        document: Document,
        before: Document | None,
        find: FindErrors,
    ) -> Document:
        """The document without nulls, and rewritten where that mends all faults; InvalidInput for those that stay."""
        coercion = self._coercions[contract]
        if holds_null(document):
            document = coercion.of_all(schema_names, document, before, unchanged_or_without_null)
        errors, whole = find(document)
        if errors and all(map(is_rewritable, errors)):
            document = coercion.of_all(schema_names, document, before)
            errors, whole = find(document)
        if errors:
            _refuse(schema_names[0], faults_of(errors, whole))
        return document

    def complete(self, contract: Contract, schema_name: str, document: dict[str, Any]) -> None:
        """Fill in a missing `@type` of the outermost object, in place, where it can only be one.

        In v4 that is the type that the schema is named after; in v5 a schema with several known types leaves it open.
        """
        if document.get(TYPE) is not None:
            return
        key = (contract, schema_name)
        if key not in self._only_types:
            self._only_types[key] = _only_type(contract, schema_name)
        only = self._only_types[key]
        if only is not None:
            document[TYPE] = only

    def check(self, contract: Contract, schema_name: str, document: Any) -> None:
        """Raise InvalidInput with at most twenty faults when the document, free of nulls, does not fit the schema.

        What the server sets is not missed at the top: id, href, lastUpdate. Raises KeyError for an unknown schema.
        """
        errors, _ = own_errors(self._validator(contract, schema_name), document)
        if errors:
            _refuse(schema_name, faults_of(errors))

    def _validator(self, contract: Contract, schema_name: str) -> Validator:
        key = (contract, schema_name)
        if key not in self._validators:
            root = self._definitions[contract].root(schema_name)
            self._validators[key] = validator_for(root, validate_formats=True, offline=True)
        return self._validators[key]


@cache
def form_test(form: str) -> Callable[[Any], bool]:
    """Whether a value is a text of the form, one of FORMATS, as the validators judge it."""
    test: Callable[[Any], bool] = validator_for({"type": "string", **FORMATS[form]}, validate_formats=True).is_valid
    return test


def _only_type(contract: Contract, schema_name: str) -> str | None:
    """The `@type` that an object of the schema has when it does not say so; None when there is a choice, or no type."""
    if TYPE not in contract.all_properties(schema_name):
        return None
    declared = contract.declared_types(schema_name)
    if contract.version == "v4" or not declared:
        return type_name(schema_name)
    return next(iter(declared)) if len(declared) == 1 else None


def _refuse(schema_name: str, faults: Sequence[Fault]) -> NoReturn:
    many = f"{len(faults)} faults" if len(faults) > 1 else "a fault"
    raise InvalidInput(f"The {type_name(schema_name)} has {many}; mend what the message names.", faults=faults)


def _request_roots(contract: Contract) -> set[str]:
    operations = [one for one in contract.operations.values() if one.verb not in ON_FIRST_USE]
    return {name for one in operations for name in one.request_schemas.values() if name} - JSON_PATCHES


def _refuse_unused(registered: list[Subclass], definitions: Iterable[Definitions]) -> None:
    used = {name for one in definitions for name in one.registered}
    for one in registered:
        if one.type_name not in used:
            raise ValueError(
                f"{one.file}: no served document knows its @baseType {one.base!r}; mend or remove the file"
            )
