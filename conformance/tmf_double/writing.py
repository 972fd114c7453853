"""POST, PATCH, PUT and DELETE of the double. Each either happens whole, with its event, or not at all."""

from typing import Any
from urllib.parse import parse_qs

from tmf_conformance.documents.document import Noun
from tmf_double import patching
from tmf_double.base import ID, Record, same
from tmf_double.messages import Answer, Request
from tmf_double.notifying import Notifying
from tmf_double.reading import Reading
from tmf_double.refusal import Refused

MERGE = ("application/json", "application/merge-patch+json")
PATCH_TYPES = (*MERGE, "application/json-patch+json", "application/json-patch-query+json")


class Writing(Reading, Notifying):
    """Changes of records."""

    def create(self, noun: Noun, request: Request) -> Answer:
        key = request.headers.get("idempotency-key", "")
        if key and (noun.path, key) in self.answered:
            return self.again(noun, key, request)
        body = self.body(request, ("application/json",))
        record = self.accept(noun, body)
        self.keep(noun, record["id"], record)
        answer = self.created(noun, record, request)
        self.answered[noun.path, key] = (request.body, answer)
        self.notify(noun, "Create", record, request)
        return answer

    def again(self, noun: Noun, key: str, request: Request) -> Answer:
        body, answer = self.answered[noun.path, key]
        if body != request.body:
            raise Refused(409, "this Idempotency-Key was used with another body", "use a new key")
        return answer

    def created(self, noun: Noun, record: Record, request: Request) -> Answer:
        shown = self.show(noun, record, request)
        fields = parse_qs(request.query).get("fields", [None])[-1]
        headers = {"Location": self.location(noun, record, request), "ETag": self.etag(noun, record["id"])}
        return Answer(201, self.pick(noun, shown, fields), headers)

    def location(self, noun: Noun, record: Record, request: Request) -> str:
        return f"{request.base}{noun.path}/{record['id']}"

    def body(self, request: Request, media: tuple[str, ...]) -> Any:
        if request.media not in media:
            raise Refused(415, f"{request.media[:60] or 'no media type'} is not taken here", f"send {', '.join(media)}")
        return request.json()

    def accept(self, noun: Noun, body: Any) -> Record:
        """A new record from a body: checked, completed, with an id."""
        if not isinstance(body, dict):
            raise Refused(400, "the body must be a JSON object")
        sent = self.typed(noun, self.drop_nulls(body))
        self.check(noun, "create", sent)
        record_id = str(sent["id"] if "id" in sent else self.new_id())
        if not ID.fullmatch(record_id):
            raise Refused(400, "the id cannot stand in a path", "use letters, digits and . _ ~ : @ -")
        if record_id in self.records[noun.path]:
            raise Refused(409, f"there is a {noun.name} {record_id!r} already")
        return self.complete(noun, {**sent, "id": record_id})

    def new_id(self) -> str:
        return str(next(self.numbers) + 100)

    def drop_nulls(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.drop_nulls(inner) for name, inner in value.items() if inner is not None}
        return [self.drop_nulls(item) for item in value] if isinstance(value, list) else value

    def typed(self, noun: Noun, body: Record) -> Record:
        wanted = "@type" in self.schemas.properties(noun.schema)
        return {"@type": noun.type_name, **body} if wanted and "@type" not in body else body

    def check(self, noun: Noun, verb: str, body: Any) -> None:
        problems = self.validator.problems(noun.body_schema(verb), body)
        if problems:
            raise Refused(400, f"the body does not fit the schema at {problems[0]}", "; ".join(problems))

    def complete(self, noun: Noun, record: Record) -> Record:
        """What the server sets: the change time, the first state, the state of a finished task."""
        properties = self.schemas.properties(noun.schema)
        record = {name: value for name, value in record.items() if name != "href"}
        if "lastUpdate" in properties:
            record["lastUpdate"] = self.now()
        if noun.is_task:
            machine = self.lifecycles.find(self.document, noun)
            name = machine.attribute if machine else "state"
            if name in properties and name not in record:
                record[name] = self.task_state(noun)
        return record

    def task_state(self, noun: Noun) -> str:
        """The state in which a finished task is shown: the first final one of its lifecycle."""
        machine = self.lifecycles.find(self.document, noun)
        final = [state for state, following in machine.moves.items() if not following] if machine else []
        return final[0] if final else "done"

    # --- change

    def patch(self, noun: Noun, record_id: str, request: Request) -> Answer:
        old = self.find(noun, record_id)
        self.check_match(noun, record_id, request)
        patch = self.body(request, PATCH_TYPES)
        new = self.patched(old, patch, request.media)
        self.check_change(noun, old, new)
        if not same(old, new):
            self.store_change(noun, old, new, request)
        shown = self.show(noun, self.find(noun, record_id), request)
        return Answer(200, shown, {"ETag": self.etag(noun, record_id)})

    def patched(self, old: Record, patch: Any, media: str) -> Record:
        """The record with the patch applied."""
        if media in MERGE:
            if not isinstance(patch, dict):
                raise Refused(400, "a merge patch must be a JSON object")
            new = self.merge(old, {name: value for name, value in patch.items() if name != "href"})
        else:
            new = self.apply(old, patch) if media == PATCH_TYPES[2] else self.apply_query(old, patch)
        result: Record = self.drop_nulls(new)
        return result

    def merge(self, old: Record, patch: Record) -> Record:
        merged: Record = patching.merge(old, patch)
        return merged

    def apply(self, old: Record, operations: Any) -> Record:
        return patching.apply(old, operations)

    def apply_query(self, old: Record, operations: Any) -> Record:
        return patching.apply_query(old, operations)

    def check_match(self, noun: Noun, record_id: str, request: Request) -> None:
        wanted = request.headers.get("if-match")
        if wanted not in (None, "*", self.etag(noun, record_id)):
            raise Refused(412, "the record has changed since", "read it again")

    def check_change(self, noun: Noun, old: Record, new: Record) -> None:
        """Read-only attributes stay, the result is valid, the lifecycle allows the move."""
        if new.get("id") != old["id"]:
            raise Refused(400, "the id of a record cannot change")
        self.check_read_only(noun, old, new)
        problems = self.validator.problems(noun.schema, {"href": "", **new})
        if problems:
            raise Refused(400, f"the result does not fit the schema at {problems[0]}", "; ".join(problems))
        self.check_state(noun, old, new)

    def check_read_only(self, noun: Noun, old: Record, new: Record) -> None:
        changeable = self.schemas.properties(noun.body_schema("patch"))
        declared = self.schemas.properties(noun.schema)
        for name in declared.keys() - changeable.keys() - {"href"}:
            if not same(old.get(name), new.get(name)):
                raise Refused(400, f"{name!r} cannot be changed", "leave it out")
        for name in self.schemas.required(noun.body_schema("create")) - {"@type", "lastUpdate"}:
            if name in old and name not in new:
                raise Refused(400, f"{name!r} is mandatory and cannot be removed")

    def check_state(self, noun: Noun, old: Record, new: Record) -> None:
        machine = self.lifecycles.find(self.document, noun)
        if machine is None:
            return
        before, after = old.get(machine.attribute), new.get(machine.attribute)
        if before != after and before in machine.moves and after not in machine.moves[str(before)]:
            raise Refused(
                409, f"{before} cannot become {after}", f"allowed: {', '.join(machine.moves[str(before)]) or 'none'}"
            )

    def store_change(self, noun: Noun, old: Record, new: Record, request: Request) -> None:
        if "lastUpdate" in self.schemas.properties(noun.schema):
            new["lastUpdate"] = self.now()
        self.keep(noun, old["id"], new)
        machine = self.lifecycles.find(self.document, noun)
        moved = machine is not None and old.get(machine.attribute) != new.get(machine.attribute)
        self.notify(noun, "StateChange" if moved else "AttributeValueChange", new, request)

    def put(self, noun: Noun, record_id: str, request: Request) -> Answer:
        old = self.find(noun, record_id)
        body = self.body(request, ("application/json",))
        if not isinstance(body, dict):
            raise Refused(400, "the body must be a JSON object")
        self.check(noun, "put", body)
        self.store_change(
            noun, old, self.complete(noun, {**self.drop_nulls(self.typed(noun, body)), "id": record_id}), request
        )
        return Answer(200, self.show(noun, self.find(noun, record_id), request), {"ETag": self.etag(noun, record_id)})

    def delete(self, noun: Noun, record_id: str, request: Request) -> Answer:
        record = self.find(noun, record_id)
        self.check_match(noun, record_id, request)
        self.remove(noun, record_id)
        self.notify(noun, "Delete", record, request)
        return Answer(204)

    def remove(self, noun: Noun, record_id: str) -> None:
        del self.records[noun.path][record_id]
