"""Doubles that do not keep their document, each in one way."""

# ruff: noqa: D101, ARG002  the declared line says what is wrong; what is overridden keeps its parameters

from typing import Any

from tmf_conformance.documents.document import Noun
from tmf_double.app import Double
from tmf_double.base import Record
from tmf_double.broken.ways import way
from tmf_double.messages import Answer, Request


@way("number-as-text", "an integer is answered as a text", "contract.schema")
class NumberAsText(Double):
    def show(self, noun: Noun, record: Record, request: Request) -> Record:
        shown = super().show(noun, record, request)
        return {name: str(value) if name in ("wheels", "year") else value for name, value in shown.items()}


@way("subtype-unchecked", "answers break the schema of their @type deep inside", "contract.schema")
class SubtypeUnchecked(Double):
    def show(self, noun: Noun, record: Record, request: Request) -> Record:
        shown = super().show(noun, record, request)
        return {**shown, "characteristic": [{"@type": "IntegerCharacteristic", "value": "three"}]}


@way("undeclared-status", "GET by id answers 203", "contract.status")
class UndeclaredStatus(Double):
    def retrieve(self, noun: Noun, record_id: str, request: Request) -> Answer:
        answer = super().retrieve(noun, record_id, request)
        return Answer(203, answer.body, answer.headers)


@way("operation-missing", "a declared operation answers 405", "contract.served", "delete.status")
class OperationMissing(Double):
    def verb(self, request: Request, verbs: dict[str, str]) -> str:
        return super().verb(request, {method: verb for method, verb in verbs.items() if method != "DELETE"})


@way("no-counts", "lists come without the declared counts", "contract.headers", "paging.result-count")
class NoCounts(Double):
    def page_headers(self, request: Request, count: int, total: int, offset: int, limit: int) -> dict[str, str]:
        return {}


@way("valid-500", "a valid body of few attributes answers 500", "contract.no-5xx")
class Valid500(Double):
    def accept(self, noun: Noun, body: Any) -> Record:
        if isinstance(body, dict) and len(body) < 8:
            raise KeyError("description")
        return super().accept(noun, body)


@way("invalid-taken", "a body that breaks the document is taken", "contract.rejects")
class InvalidTaken(Double):
    def accept(self, noun: Noun, body: Any) -> Record:
        return self.complete(noun, {"name": "x", **(body if isinstance(body, dict) else {}), "id": self.new_id()})

    def check_change(self, noun: Noun, old: Record, new: Record) -> None:
        return
