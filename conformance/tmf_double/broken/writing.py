"""Doubles that store or show records wrongly, each in one way."""

# ruff: noqa: D101, ARG002  the declared line says what is wrong; what is overridden keeps its parameters

import copy
from typing import Any

from tmf_conformance.documents.document import Noun
from tmf_double.app import Double
from tmf_double.base import Record
from tmf_double.broken.ways import way
from tmf_double.messages import Answer, Request


@way("post-differs", "POST answers what was sent, GET what was stored", "create.get-equals-post")
class PostDiffers(Double):
    def created(self, noun: Noun, record: Record, request: Request) -> Answer:
        answer = super().created(noun, record, request)
        answer.body.pop("lastUpdate", None)
        answer.body.pop("@type", None)
        return answer


@way("attribute-lost", "arrays of objects are not stored", "create.keeps-sent")
class AttributeLost(Double):
    def complete(self, noun: Noun, record: Record) -> Record:
        whole = super().complete(noun, record)
        return {name: value for name, value in whole.items() if not isinstance(value, list)}


@way("extension-lost", "attributes beyond the schema are dropped", "create.extension", "patch.extension")
class ExtensionLost(Double):
    def keep(self, noun: Noun, record_id: str, record: Record) -> None:
        declared = self.schemas.properties(noun.schema)
        super().keep(noun, record_id, {name: value for name, value in record.items() if name in declared})


@way("subtype-lost", "@type is overwritten by the noun's", "create.subtype")
class SubtypeLost(Double):
    def complete(self, noun: Noun, record: Record) -> Record:
        return {**super().complete(noun, record), "@type": noun.type_name}


@way("no-type", "answers have no @type", "create.type")
class NoType(Double):
    def show(self, noun: Noun, record: Record, request: Request) -> Record:
        return {name: value for name, value in super().show(noun, record, request).items() if name != "@type"}


@way("nulls-shown", "attributes that are not there are answered as null", "create.nulls")
class NullsShown(Double):
    def show(self, noun: Noun, record: Record, request: Request) -> Record:
        absent = dict.fromkeys(self.schemas.properties(noun.schema))
        return {**absent, **super().show(noun, record, request)}


@way("local-time", "instants are answered without an offset", "create.instants")
class LocalTime(Double):
    def show(self, noun: Noun, record: Record, request: Request) -> Record:
        shown = super().show(noun, record, request)
        return {n: v[:-1] if isinstance(v, str) and v.endswith("Z") and "T" in v else v for n, v in shown.items()}


@way("offset-time", "instants are answered with +00:00", "create.instants")
class OffsetTime(Double):
    def now(self) -> str:
        return super().now().replace("Z", "+00:00")


@way("v4-names", "v5 answers with v4's flat related parties", "create.keeps-sent")
class V4Names(Double):
    def show(self, noun: Noun, record: Record, request: Request) -> Record:
        shown = super().show(noun, record, request)
        for party in shown.get("relatedParty", []):
            party.update(party.pop("partyOrPartyRole", {}))
        return shown

    def find(self, noun: Noun, record_id: str) -> Record:
        return copy.deepcopy(super().find(noun, record_id))


@way("no-location", "POST answers without Location", "create.location")
class NoLocation(Double):
    def created(self, noun: Noun, record: Record, request: Request) -> Answer:
        answer = super().created(noun, record, request)
        del answer.headers["Location"]
        return answer


@way("wrong-location", "Location leads nowhere", "create.location")
class WrongLocation(Double):
    def location(self, noun: Noun, record: Record, request: Request) -> str:
        return f"{request.base}{noun.path}/0{record['id']}"


@way("wrong-href", "href names the collection", "create.href")
class WrongHref(Double):
    def show(self, noun: Noun, record: Record, request: Request) -> Record:
        return {**super().show(noun, record, request), "href": f"{request.base}{noun.path}"}


@way("post-200", "POST answers 200", "create.status")
class Post200(Double):
    def created(self, noun: Noun, record: Record, request: Request) -> Answer:
        answer = super().created(noun, record, request)
        return Answer(200, answer.body, answer.headers)


@way("no-validation", "bodies are stored unchecked", "abuse.missing-mandatory", "abuse.wrong-type", "abuse.bad-enum")
class NoValidation(Double):
    def check(self, noun: Noun, verb: str, body: Any) -> None:
        return


@way("id-taken", "POST with a taken id replaces the record", "create.id-conflict")
class IdTaken(Double):
    def accept(self, noun: Noun, body: Any) -> Record:
        if isinstance(body, dict):
            self.records[noun.path].pop(str(body.get("id")), None)
        return super().accept(noun, body)
