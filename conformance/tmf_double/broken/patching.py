"""Doubles whose PATCH, DELETE or states are wrong, each in one way."""

# ruff: noqa: D101, ARG002  the declared line says what is wrong; what is overridden keeps its parameters

import asyncio
import copy
from typing import Any

from tmf_conformance.documents.document import Noun
from tmf_double.app import Double
from tmf_double.base import Record, same
from tmf_double.broken.ways import way
from tmf_double.messages import Answer, Request
from tmf_double.refusal import Refused


@way("patch-does-nothing", "PATCH answers 200 and changes nothing", "patch.merge", "json-patch.replace")
class PatchDoesNothing(Double):
    def store_change(self, noun: Noun, old: Record, new: Record, request: Request) -> None:
        return


@way("patch-replaces", "a merge patch replaces the whole record", "patch.keeps-others")
class PatchReplaces(Double):
    def merge(self, old: Record, patch: Record) -> Record:
        return {"id": old["id"], "@type": old.get("@type"), "name": old.get("name"), **patch}


@way("merge-appends-arrays", "a merge patch appends to arrays", "patch.merge-array")
class MergeAppendsArrays(Double):
    def merge(self, old: Record, patch: Record) -> Record:
        merged = super().merge(old, patch)
        for name, value in patch.items():
            if isinstance(value, list) and isinstance(old.get(name), list):
                merged[name] = [*old[name], *value]
        return merged


@way("merge-shallow", "a merge patch replaces inner objects", "patch.merge-object")
class MergeShallow(Double):
    def merge(self, old: Record, patch: Record) -> Record:
        return {name: value for name, value in {**old, **patch}.items() if value is not None}


@way("merge-null-kept", "null in a merge patch is ignored", "patch.merge-null")
class MergeNullKept(Double):
    def merge(self, old: Record, patch: Record) -> Record:
        return super().merge(old, {name: value for name, value in patch.items() if value is not None})


@way("patch-answer-old", "PATCH answers the record as it was before", "patch.answer")
class PatchAnswerOld(Double):
    def patch(self, noun: Noun, record_id: str, request: Request) -> Answer:
        before = self.show(noun, self.find(noun, record_id), request)
        answer = super().patch(noun, record_id, request)
        return Answer(answer.status, before, answer.headers)


@way("no-op-touches", "a patch without effect moves the time of the last change", "patch.no-op", "etag.no-op")
class NoOpTouches(Double):
    def patch(self, noun: Noun, record_id: str, request: Request) -> Answer:
        before = self.find(noun, record_id)
        answer = super().patch(noun, record_id, request)
        if same(before, self.find(noun, record_id)):
            self.keep(noun, record_id, {**before, "lastUpdate": self.now()})
        return answer


@way("read-only-changes", "attributes that the patch schema leaves out can be changed", "patch.read-only")
class ReadOnlyChanges(Double):
    def check_read_only(self, noun: Noun, old: Record, new: Record) -> None:
        return


@way("id-patched", "the id in a patch is silently dropped", "patch.id")
class IdPatched(Double):
    def merge(self, old: Record, patch: Record) -> Record:
        return {**super().merge(old, patch), "id": old["id"]}


@way("patch-half-written", "a refused patch has already changed what was good in it", "patch.atomic")
class PatchHalfWritten(Double):
    def check_change(self, noun: Noun, old: Record, new: Record) -> None:
        try:
            super().check_change(noun, old, new)
        except Refused:
            name = "description"
            self.keep(noun, old["id"], {**old, name: new.get(name)})
            raise


@way("json-patch-test-ignored", "JSON Patch `test` is ignored", "json-patch.test")
class JsonPatchTestIgnored(Double):
    def apply(self, old: Record, operations: Any) -> Record:
        if isinstance(operations, list):
            operations = [o for o in operations if not isinstance(o, dict) or o.get("op") != "test"]
        return super().apply(old, operations)


@way("json-patch-not-atomic", "a JSON Patch that fails keeps what it did before", "json-patch.atomic")
class JsonPatchNotAtomic(Double):
    def apply(self, old: Record, operations: Any) -> Record:
        result = old
        for operation in operations if isinstance(operations, list) else []:
            try:
                result = super().apply(result, [operation])
            except Refused:
                break
        return result if isinstance(operations, list) else super().apply(old, operations)


@way("json-patch-add-replaces", "`add` at `-` replaces the last element", "json-patch.array")
class JsonPatchAddReplaces(Double):
    def apply(self, old: Record, operations: Any) -> Record:
        for operation in operations if isinstance(operations, list) else []:
            path = operation.get("path", "") if isinstance(operation, dict) else ""
            if isinstance(path, str) and path.endswith("/-"):
                name = path.strip("/-")
                return {**old, name: [*old[name][:-1], operation["value"]]}
        return super().apply(old, operations)


@way(
    "patch-query-all", "a JSON Patch query reaches every element", "json-patch-query.replace", "json-patch-query.remove"
)
class PatchQueryAll(Double):
    def apply_query(self, old: Record, operations: Any) -> Record:
        result = copy.deepcopy(old)
        for operation in operations:
            array, _, rest = operation["path"].strip("/").partition("?")[0].partition("/")
            if operation["op"] == "remove":
                result.pop(array, None)
            for element in result.get(array, []) if rest else []:
                element[rest] = operation.get("value")
        return result


@way("lost-update", "of two patches at once one is lost", "patch.lost-update")
class LostUpdate(Double):
    async def handle(self, request: Request) -> Answer:
        collection, _, record_id = request.path.rpartition("/")
        noun = self.nouns.get(collection)
        if request.method != "PATCH" or noun is None or record_id not in self.records[collection]:
            return await super().handle(request)
        before = copy.deepcopy(self.records[collection][record_id])
        await asyncio.sleep(0.005)
        if record_id in self.records[collection]:
            self.records[collection][record_id] = before
        return await super().handle(request)


@way("delete-keeps", "DELETE answers 204 and deletes nothing", "delete.then-404", "delete.gone-from-list")
class DeleteKeeps(Double):
    def remove(self, noun: Noun, record_id: str) -> None:
        return


@way("delete-stays-listed", "a deleted record stays in lists", "delete.gone-from-list")
class DeleteStaysListed(Double):
    def everything(self, noun: Noun) -> list[Record]:
        return [*super().everything(noun), *self.deleted.get(noun.path, [])]

    def remove(self, noun: Noun, record_id: str) -> None:
        self.deleted.setdefault(noun.path, []).append(self.records[noun.path][record_id])
        super().remove(noun, record_id)

    @property
    def deleted(self) -> dict[str, list[Record]]:
        return self.__dict__.setdefault("_deleted", {})  # type: ignore[no-any-return]


@way("illegal-moves", "every move of the state is allowed", "lifecycle.illegal")
class IllegalMoves(Double):
    def check_state(self, noun: Noun, old: Record, new: Record) -> None:
        return


@way("frozen-states", "no move of the state is allowed", "lifecycle.legal")
class FrozenStates(Double):
    def check_state(self, noun: Noun, old: Record, new: Record) -> None:
        if old.get("state") != new.get("state"):
            raise Refused(409, "the state cannot change")


@way("task-never-ends", "tasks stay in progress for ever", "task.ends")
class TaskNeverEnds(Double):
    def task_state(self, noun: Noun) -> str:
        return "inProgress"


@way("etag-constant", "the ETag never changes", "etag.changes", "etag.if-match-patch")
class EtagConstant(Double):
    def etag(self, noun: Noun, record_id: str) -> str:
        return '"1"'


@way("if-match-ignored", "If-Match is ignored", "etag.if-match-patch", "etag.if-match-delete")
class IfMatchIgnored(Double):
    def check_match(self, noun: Noun, record_id: str, request: Request) -> None:
        return


@way("patch-like-put", "PATCH with application/json replaces", "patch.plain-json")
class PatchLikePut(Double):
    def patched(self, old: Record, patch: Any, media: str) -> Record:
        if media == "application/json" and isinstance(patch, dict):
            kept = {name: old[name] for name in ("id", "@type", "name") if name in old}
            return {**kept, **{n: v for n, v in patch.items() if v is not None}}
        return super().patched(old, patch, media)


@way("idempotency-ignored", "Idempotency-Key is ignored", "create.idempotency-key")
class IdempotencyIgnored(Double):
    def create(self, noun: Noun, request: Request) -> Answer:
        headers = {name: value for name, value in request.headers.items() if name != "idempotency-key"}
        return super().create(noun, Request(**{**vars(request), "headers": headers}))
