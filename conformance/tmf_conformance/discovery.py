"""Finding the known APIs of a server by asking for them. Reads only."""

import asyncio

from tmf_conformance import known
from tmf_conformance.documents.document import Document
from tmf_conformance.errors import CannotRun, NoAnswer
from tmf_conformance.http.client import Client, Limits, Meter
from tmf_conformance.http.wire import Wire
from tmf_conformance.running.suite import Target

_ANSWER = 10.0


async def discover(wire: Wire, root: str, wanted: list[tuple[str, str]], headers: dict[str, str]) -> list[Target]:
    """The targets among `wanted` (API, version) that the server at `root` offers. CannotRun when there is none."""
    limits = Limits(request=_ANSWER)
    found = await asyncio.gather(*(_find(wire, root, known.document(*pair), limits, headers) for pair in wanted))
    targets = [target for target in found if isinstance(target, Target)]
    if not targets:
        said = next(text for text in found if isinstance(text, str))
        raise CannotRun(
            f"none of {len(wanted)} APIs answers at {root} ({said}): is this the root, without an API's path?"
        )
    return targets


async def _find(wire: Wire, root: str, document: Document, limits: Limits, headers: dict[str, str]) -> Target | str:
    """The target, or what was said where it was looked for."""
    said = []
    path = next(noun.path for noun in document.nouns if noun.has("list"))
    for url in known.candidates(root, document.api, document.version):
        try:
            exchange = await Client(wire, url, limits, Meter(), headers).send("GET", path, params={"limit": "1"})
        except NoAnswer as error:
            raise CannotRun(str(error)) from error
        if exchange.status in (200, 401, 403) and "html" not in exchange.header("content-type"):
            return Target(document, url)
        said.append(f"{exchange.url} answers {exchange.status}")
    return said[0]
