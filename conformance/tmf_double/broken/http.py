"""Doubles that speak HTTP or report errors wrongly, each in one way."""

# ruff: noqa: D101  the declared line says what is wrong; what is overridden keeps its parameters

import json
from typing import Any

from tmf_conformance.documents.document import Noun
from tmf_double import messages
from tmf_double.app import Double
from tmf_double.broken.ways import way
from tmf_double.messages import Answer, Request
from tmf_double.refusal import Refused


@way("wrong-allow", "Allow names one method only", "methods.allow-collection", "methods.allow-item")
class WrongAllow(Double):
    def allow(self, methods: list[str]) -> str:
        return methods[0]


@way("no-allow", "405 comes without Allow", "methods.allow-collection")
class NoAllow(Double):
    def refuse(self, refusal: Refused) -> Answer:
        answer = super().refuse(refusal)
        answer.headers.pop("Allow", None)
        return answer


@way("head-404", "HEAD answers 404", "methods.head")
class Head404(Double):
    def route(self, request: Request) -> Answer:
        if request.method == "HEAD":
            raise Refused(404, "not found")
        return super().route(request)


@way("slash-404", "a trailing slash answers 404", "methods.trailing-slash", "methods.trailing-slash-post")
class Slash404(Double):
    def normal_path(self, path: str) -> str:
        return path


@way("slash-redirects", "a trailing slash redirects", "methods.trailing-slash", "methods.trailing-slash-post")
class SlashRedirects(Double):
    def route(self, request: Request) -> Answer:
        if request.path.endswith("/"):
            return Answer(307, None, {"Location": request.base + request.path.rstrip("/")})
        return super().route(request)


@way("html-errors", "errors of the routing are HTML", "errors.unknown-path")
class HtmlErrors(Double):
    def refuse(self, refusal: Refused) -> Answer:
        answer = super().refuse(refusal)
        if "nothing at" in refusal.reason:
            return Answer(404, "<h1>Not Found</h1>", {"content-type": "text/html"})
        return answer


@way("bare-errors", "errors are a text, not a TMF Error", "retrieve.unknown", "patch.unknown", "delete.unknown")
class BareErrors(Double):
    def refuse(self, refusal: Refused) -> Answer:
        return Answer(refusal.status, {"error": refusal.reason}, dict(refusal.headers))


@way("errors-200", "errors are answered with 200", "retrieve.unknown", "paging.bad-values")
class Errors200(Double):
    def refuse(self, refusal: Refused) -> Answer:
        return Answer(200, super().refuse(refusal).body)


@way("error-status-differs", "an error's `status` is not the status of the answer", "errors.status-matches")
class ErrorStatusDiffers(Double):
    def refuse(self, refusal: Refused) -> Answer:
        answer = super().refuse(refusal)
        return Answer(answer.status, {**answer.body, "status": "500"}, answer.headers)


@way("internals-shown", "errors show the server's inside", "errors.no-internals")
class InternalsShown(Double):
    def refuse(self, refusal: Refused) -> Answer:
        answer = super().refuse(refusal)
        return Answer(answer.status, {**answer.body, "message": "Traceback (most recent call last): …"}, answer.headers)


@way("utf8-500", "broken UTF-8 answers 500", "abuse.bad-utf8")
class Utf8500(Double):
    def body(self, request: Request, media: tuple[str, ...]) -> Any:
        try:
            request.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RuntimeError("the decoder broke") from error
        return super().body(request, media)


@way("json-500", "malformed JSON answers 500", "abuse.malformed-json", "abuse.empty-body")
class Json500(Double):
    def body(self, request: Request, media: tuple[str, ...]) -> Any:
        json.loads(request.body or b"")
        return super().body(request, media)


@way("nesting-500", "a deeply nested body answers 500", "abuse.deep-nesting")
class Nesting500(Double):
    def body(self, request: Request, media: tuple[str, ...]) -> Any:
        if request.body.count(b"{") > 10_000:
            raise RecursionError("the parser gave up")
        return super().body(request, media)


@way("stored-then-refused", "a refused body is stored nevertheless", "abuse.missing-mandatory", "abuse.bad-enum")
class StoredThenRefused(Double):
    def check(self, noun: Noun, verb: str, body: Any) -> None:
        try:
            super().check(noun, verb, body)
        except Refused:
            if isinstance(body, dict):
                self.keep(noun, self.new_id(), body)
            raise


@way("duplicate-keys-taken", "of a repeated name in an object the last wins", "abuse.duplicate-keys")
class DuplicateKeysTaken(Double):
    def body(self, request: Request, media: tuple[str, ...]) -> Any:
        try:
            return super().body(request, media)
        except Refused as refusal:
            if "twice" not in refusal.message:
                raise
            return json.loads(request.body)


@way("regex-stalls", "a hostile regular expression stalls the server", "abuse.regex")
class RegexStalls(Double):
    async def handle(self, request: Request) -> Answer:
        if "regex=" in request.query and "%28a%2B%29%2B" in request.query:
            import asyncio

            await asyncio.sleep(3.2)
        return await super().handle(request)


@way("quotes-500", "a quote in a filter value answers 500", "abuse.injection")
class Quotes500(Double):
    def route(self, request: Request) -> Answer:
        if "%27%20OR" in request.query:
            raise RuntimeError('near "OR": syntax error')
        return super().route(request)


@way("media-type-ignored", "any media type is read as JSON", "media.post", "patch.media-type")
class MediaTypeIgnored(Double):
    def body(self, request: Request, media: tuple[str, ...]) -> Any:
        headers = {**request.headers, "content-type": request.media if request.media in media else media[0]}
        return super().body(Request(**{**vars(request), "headers": headers}), media)


@way("charset-refused", "application/json;charset=utf-8 answers 415", "media.charset")
class CharsetRefused(Double):
    def body(self, request: Request, media: tuple[str, ...]) -> Any:
        if "charset" in request.headers.get("content-type", ""):
            raise Refused(415, "no charset is taken here")
        return super().body(request, media)


@way("wrong-content-type", "answers are text/plain", "methods.content-type")
class WrongContentType(Double):
    async def handle(self, request: Request) -> Answer:
        answer = await super().handle(request)
        return Answer(answer.status, answer.body, {**answer.headers, "content-type": "text/plain"})


@way("no-304", "If-None-Match is ignored", "etag.if-none-match")
class No304(Double):
    def route(self, request: Request) -> Answer:
        headers = {name: value for name, value in request.headers.items() if name != "if-none-match"}
        return super().route(Request(**{**vars(request), "headers": headers}))


@way("task-editable", "tasks can be patched", "task.not-editable", "methods.allow-item")
class TaskEditable(Double):
    def route_item(self, noun: Noun, record_id: str, request: Request) -> Answer:
        if noun.is_task and request.method in ("PATCH", "PUT"):
            record = self.find(noun, record_id)
            self.keep(noun, record_id, {**record, **messages.strict(request.body)})
            return Answer(200, self.show(noun, self.find(noun, record_id), request))
        return super().route_item(noun, record_id, request)
